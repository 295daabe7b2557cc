package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What is mapped in a container, and how many more mappings it takes. Pages are pinned while a domain shows them.
 * Guarded by the container's lock.
 */
final class Mappings {

    private final DmaTree tree;
    private final ProcessMemory process;
    private final LockedMemory locked;
    private final int limit;
    private final Errno pastAperture;

    Mappings(ProcessMemory process, LockedMemory locked, int limit, KernelRelease release) {
        this.tree = new DmaTree(release.reachesTheEnd());
        this.pastAperture = release.hasGenericPageTables() ? Errno.ERANGE : Errno.EFAULT;
        this.process = process;
        this.locked = locked;
        this.limit = limit;
    }

    DmaTree tree() {
        return tree;
    }

    /** How many more mappings there may be. */
    int available() {
        return limit - tree.count();
    }

    /** Whether addresses of the process were forgotten and not given again. */
    boolean anyVaddrForgotten() {
        return tree.all().stream().anyMatch(mapping -> !mapping.vaddrValid());
    }

    /** EFAULT or ENOMEM if its pages are wanted at once and cannot be pinned. */
    void add(DmaMapping mapping, boolean show) throws SyscallException {
        if (show) {
            mapping.show(process, locked);
        }
        tree.add(mapping);
    }

    void remove(DmaMapping mapping) {
        mapping.hide();
        tree.remove(mapping);
    }

    void removeAll() {
        tree.all().forEach(this::remove);
    }

    void hideAll() {
        tree.all().forEach(DmaMapping::hide);
    }

    /**
     * Shows in a new domain what is mapped, lowest first: EFAULT or ENOMEM at what cannot be pinned, EINVAL for what
     * is not a multiple of its smallest page, ERANGE, or EFAULT, past its aperture; then only what was
     * shown before still is.
     */
    void showAll(IommuGeometry geometry) throws SyscallException {
        IovaRange aperture = geometry.aperture();
        List<DmaMapping> fresh = new ArrayList<>();
        try {
            for (DmaMapping mapping : tree.all()) {
                if (!mapping.shown()) {
                    mapping.show(process, locked);
                    fresh.add(mapping);
                }
                boolean translated = aperture.contains(mapping.start()) && aperture.contains(mapping.last());
                SyscallException.require(mapping.alignedTo(geometry.smallestPage()), Errno.EINVAL);
                SyscallException.require(translated, pastAperture);
            }
        } catch (SyscallException e) {
            fresh.forEach(DmaMapping::hide);
            throw e;
        }
    }
}
