package org.pinion.emulator.vfio;

import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.type1.IommuGroup;
import org.pinion.emulator.type1.Type1Iommu;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/**
 * What one open of {@code /dev/vfio/vfio} stands for (drivers/vfio/container.c). It lives on while a group is in it,
 * even when its descriptor is closed; without a group it forgets its IOMMU and all mappings. Safe for use by many
 * threads.
 */
public final class Container {

    private final ProcessMemory process;
    private final LockedMemory locked;
    private final int mappingLimit;
    private final KernelRelease release;
    private final List<IommuGroup> groups = new ArrayList<>();
    private Type1Iommu iommu;

    /**
     * @param process the memory that user addresses mean
     * @param locked what pinned pages are charged to
     * @param mappingLimit how many mappings there may be (dma_entry_limit)
     * @param release which kernel it is of
     */
    public Container(ProcessMemory process, LockedMemory locked, int mappingLimit, KernelRelease release) {
        this.process = process;
        this.locked = locked;
        this.mappingLimit = mappingLimit;
        this.release = release;
    }

    /** EINVAL until the kind of IOMMU is chosen. */
    synchronized Type1Iommu iommu() throws SyscallException {
        SyscallException.require(iommu != null, Errno.EINVAL);
        return iommu;
    }

    synchronized boolean has(int extension) {
        return hasAlways(extension) || iommu != null && iommu.has(extension);
    }

    private boolean hasAlways(int extension) {
        return Type1Iommu.hasAlways(extension) || extension == Type1Iommu.NESTING && release.claimsNesting();
    }

    /**
     * EINVAL without a group or for the second time, ENODEV for a kind that is not known, and what adding the groups
     * answers, the latest group first; on failure no kind is chosen.
     */
    synchronized void setIommu(int kind) throws SyscallException {
        SyscallException.require(!groups.isEmpty() && iommu == null, Errno.EINVAL);
        boolean known = kind == VfioType1.TYPE1 || kind == VfioType1.TYPE1_V2
                || kind == Type1Iommu.NESTING && release.claimsNesting();
        SyscallException.require(known || hasAlways(kind), Errno.ENODEV);
        SyscallException.require(known, Errno.EINVAL);
        Type1Iommu chosen = new Type1Iommu(kind, process, locked, mappingLimit, release);
        for (IommuGroup group : groups) {
            chosen.attach(group);
        }
        iommu = chosen;
    }

    /** What adding the group answers, if the kind of IOMMU is chosen; then the group is not in it. */
    synchronized void add(IommuGroup group) throws SyscallException {
        if (iommu != null) {
            iommu.attach(group);
        }
        groups.addFirst(group);
    }

    synchronized void remove(IommuGroup group) {
        groups.remove(group);
        if (iommu != null) {
            iommu.detach(group);
            if (groups.isEmpty()) {
                iommu.release();
                iommu = null;
            }
        }
    }
}
