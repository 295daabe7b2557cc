package org.pinion.emulator.iommufd;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * A part of a BAR that its device has exported (drivers/vfio/pci/vfio_pci_dmabuf.c). It can be taken away: what is
 * mapped of it then leads nowhere for good, although the buffer itself may be usable again later. Safe for use by many
 * threads.
 */
public final class DmaBuf implements OpenFile {

    private static final long PAGES_AT_MOST = 0xffff_ffffL;

    /**
     * A part of a BAR.
     *
     * @param offset where in the BAR it begins, bytes
     * @param length bytes
     */
    public record Part(long offset, long length) {}

    private final Optional<SparseMemory> memory;
    private final List<Part> parts;
    private final long size;
    private final Set<DevicePages> mapped = Collections.newSetFromMap(new WeakHashMap<>());
    private boolean revoked;

    /**
     * @param memory the BAR's memory; empty for registers, which no peer of this emulator gets an answer from
     * @param parts what of it the buffer has, one after the other; at least one
     * @param revoked whether the device's memory is off
     */
    public DmaBuf(Optional<SparseMemory> memory, List<Part> parts, boolean revoked) {
        this.memory = memory;
        this.parts = List.copyOf(parts);
        this.size = parts.stream().mapToLong(Part::length).sum();
        this.revoked = revoked;
    }

    /** The BAR's memory; empty for registers. */
    Optional<SparseMemory> memory() {
        return memory;
    }

    /**
     * EINVAL past the buffer's end or for too many pages, ENODEV if it is revoked now, EOPNOTSUPP if it has several
     * parts (vfio_pci_dma_buf_iommufd_map).
     */
    synchronized DevicePages map(long start, long length, boolean writable, IommufdContext context)
            throws SyscallException {
        boolean inside = Long.compareUnsigned(start, size) <= 0 && Long.compareUnsigned(length, size - start) <= 0;
        SyscallException.require(inside && length / Pages.SIZE < PAGES_AT_MOST, Errno.EINVAL);
        SyscallException.require(!revoked, Errno.ENODEV);
        SyscallException.require(parts.size() == 1, Errno.EOPNOTSUPP);
        long first = Pages.roundDown(start);
        DevicePages pages = new DevicePages(this, parts.getFirst().offset() + first, first, writable, context);
        mapped.add(pages);
        return pages;
    }

    /** Takes the buffer away from all who have it mapped; when it returns no device reaches it any more. */
    public void revoke() {
        taken().forEach(DevicePages::revoke);
    }

    private synchronized List<DevicePages> taken() {
        revoked = true;
        List<DevicePages> all = List.copyOf(mapped);
        mapped.clear();
        return all;
    }

    /** Lets the buffer be mapped again; what was mapped before stays without it. */
    public synchronized void restore() {
        revoked = false;
    }
}
