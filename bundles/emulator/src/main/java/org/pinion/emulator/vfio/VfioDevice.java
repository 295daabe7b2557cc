package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.iommufd.GroupOwners;
import org.pinion.emulator.iommufd.IommufdContext;
import org.pinion.emulator.iommufd.TransferFault;
import org.pinion.emulator.pci.FaultLog;
import org.pinion.emulator.pci.PciFunction;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** A device that VFIO drives. Whoever uses it or changes its binding holds its monitor. */
public final class VfioDevice {

    private final String name;
    private final HostDevice host;
    private final GroupOwners owners;
    private final PciFunction function;
    private final KernelRelease release;
    private final List<DmaBuf> exported = new ArrayList<>();
    private DeviceBinding binding;

    /**
     * @param name its character device's name, such as {@code vfio0}
     * @param host what it is
     * @param owners who owns each group
     * @param faults what takes the transfers that are stopped
     * @param release which features the kernel has
     */
    public VfioDevice(String name, HostDevice host, GroupOwners owners, FaultLog faults, KernelRelease release) {
        this.name = name;
        this.host = host;
        this.owners = owners;
        this.release = release;
        this.function = new PciFunction(host, this::transfer, faults);
    }

    /** {@return its character device's name} */
    public String name() {
        return name;
    }

    /** {@return what it is} */
    public HostDevice host() {
        return host;
    }

    PciFunction function() {
        return function;
    }

    /** EINVAL if it is bound already: only one open of a character device can drive it. */
    DeviceBinding bind(IommufdContext context) throws SyscallException {
        SyscallException.require(binding == null, Errno.EINVAL);
        binding = host.model().pci() ? context.bindPhysical(host, owners) : context.bindEmulated();
        function.reset();
        return binding;
    }

    /** Writes to a region, and takes dma-bufs away or gives them back as the device's memory goes off or on. */
    void write(int region, long offset, MemorySegment from) throws SyscallException {
        boolean before = function.memoryEnabled();
        function.write(region, offset, from);
        if (before && !function.memoryEnabled()) {
            exported.forEach(DmaBuf::revoke);
        } else if (!before && function.memoryEnabled()) {
            exported.forEach(DmaBuf::restore);
        }
    }

    void reset() {
        exported.forEach(DmaBuf::revoke);
        function.reset();
        exported.forEach(DmaBuf::restore);
    }

    boolean exportsDmaBufs() {
        return release.exportsDmaBufs() && host.model().pci();
    }

    DmaBuf export(int bar, long offset, long length) {
        DmaBuf buffer = new DmaBuf(function.memory(bar), offset, length, !function.memoryEnabled());
        exported.add(buffer);
        return buffer;
    }

    void unbind() {
        exported.forEach(DmaBuf::revoke);
        exported.clear();
        function.reset();
        binding.unbind();
        binding = null;
    }

    private Optional<String> transfer(long iova, MemorySegment buffer, boolean toMemory) {
        return binding == null
                ? Optional.of(TransferFault.NOT_ATTACHED.text())
                : binding.transfer(iova, buffer, toMemory).map(TransferFault::text);
    }
}
