package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * Three pages at the end of a device's addresses that the backend keeps to itself. The first, which the device may only
 * read, is mapped for as long as the device is attached: a table that becomes empty is thrown away by the kernel, and
 * then a device with an IOTLB of its own goes back to reaching all of memory ({@code vhost_vdpa_remove_as},
 * {@code reset_map} in drivers/vhost/vdpa.c). The other two are for the virtqueue of {@link BlockEngine}, mapped while
 * it works. They are a shared file in memory, which is what a device that works by address takes.
 */
final class OwnPages implements AutoCloseable {

    private static final int PAGES = 3;

    private final Kernel kernel;
    private final int fd;
    private final MemorySegment memory;
    private final AddressRange range;
    private final long page;

    private OwnPages(Kernel kernel, int fd, MemorySegment memory, AddressRange range) {
        this.kernel = kernel;
        this.fd = fd;
        this.memory = memory;
        this.range = range;
        this.page = kernel.pageSize();
    }

    /** {@return the last pages of a range of whole pages} */
    static AddressRange at(AddressRange usable, long page) {
        return new AddressRange(usable.last() - PAGES * page + 1, usable.last());
    }

    /** {@return the fewest bytes of which something is left for others} */
    static long least(long page) {
        return (PAGES + 1) * page;
    }

    static OwnPages allocate(Kernel kernel, String device, AddressRange range) throws ErrnoException {
        int fd = ErrnoException.check("memfd_create", kernel.memfdCreate("vhost-vdpa " + device, Mman.MFD_CLOEXEC));
        try {
            long bytes = range.size();
            ErrnoException.check("ftruncate", kernel.ftruncate(fd, bytes));
            int protection = Mman.PROT_READ | Mman.PROT_WRITE;
            return new OwnPages(kernel, fd, kernel.mmap(bytes, protection, Mman.MAP_SHARED, fd, 0), range);
        } catch (ErrnoException failure) {
            kernel.close(fd);
            throw failure;
        }
    }

    /** Goes on with pages that another session had allocated. */
    static OwnPages adopt(Kernel kernel, int fd, MemorySegment memory, AddressRange range) {
        return new OwnPages(kernel, fd, memory, range);
    }

    int fd() {
        return fd;
    }

    MemorySegment memory() {
        return memory;
    }

    /** {@return the page that keeps the table from being empty} */
    Iotlb.Entry guard() {
        return new Iotlb.Entry(AddressRange.ofSize(range.start(), page), memory.address(), Access.READ);
    }

    /** {@return the pages for a virtqueue and what it shows} */
    Iotlb.Entry queue() {
        return new Iotlb.Entry(
                new AddressRange(range.start() + page, range.last()), memory.address() + page, Access.READ_WRITE);
    }

    /** {@return the memory behind {@link #queue}} */
    MemorySegment queueMemory() {
        return memory.asSlice(page);
    }

    @Override
    public void close() throws ErrnoException {
        int unmapped = kernel.munmap(memory);
        int closed = kernel.close(fd);
        ErrnoException.check("munmap", unmapped);
        ErrnoException.check("close", closed);
    }
}
