package org.pinion.memory.memfd;

import java.lang.foreign.MemorySegment;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * Allocates memfds and maps them shared. Memory that was given out stays as it is when this component goes: it
 * belongs to those who asked for it.
 */
@Component
public final class MemfdAllocator implements HostMemoryAllocator {

    private final Kernel kernel;

    /**
     * @param kernel whose memfds
     */
    @Activate
    public MemfdAllocator(@Reference Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the size is below 1, or so large that no whole number of pages holds it
     */
    @Override
    public HostMemory allocate(String name, long size) throws IommuException {
        long length = wholePages(name, size, kernel.pageSize());
        try {
            // Nothing is reserved before it is touched or pinned.
            return create(name, length, 0, Mman.MAP_NORESERVE);
        } catch (ErrnoException refused) {
            throw AllocationFailure.of(name, length, refused);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the page size is no power of two above the kernel's, or the size is below 1
     */
    @Override
    public HostMemory allocateHuge(String name, long size, long pageSize) throws IommuException {
        if (Long.bitCount(pageSize) != 1 || pageSize <= kernel.pageSize()) {
            throw new IllegalArgumentException("0x%x is no size of a huge page".formatted(pageSize));
        }
        long length = wholePages(name, size, pageSize);
        int sizeBits = Long.numberOfTrailingZeros(pageSize) << Mman.MFD_HUGE_SHIFT;
        try {
            // Reserved at once: a huge page that is not there when it is touched would end the process (SIGBUS).
            return create(name, length, Mman.MFD_HUGETLB | sizeBits, 0);
        } catch (ErrnoException refused) {
            throw AllocationFailure.ofHuge(name, length, pageSize, refused);
        }
    }

    private static long wholePages(String name, long size, long pageSize) {
        long low = pageSize - 1;
        if (size < 1 || size > Long.MAX_VALUE - low) {
            throw new IllegalArgumentException("host memory '%s' cannot have %d bytes: from 1 to %d is possible"
                    .formatted(name, size, Long.MAX_VALUE - low));
        }
        return (size + low) & ~low;
    }

    private HostMemory create(String name, long length, int memfdFlags, int mapFlags) throws ErrnoException {
        int fd = ErrnoException.check("memfd_create", kernel.memfdCreate(name, Mman.MFD_CLOEXEC | memfdFlags));
        try {
            ErrnoException.check("ftruncate", kernel.ftruncate(fd, length));
            return new Memfd(kernel, fd, map(fd, length, mapFlags));
        } catch (ErrnoException refused) {
            kernel.close(fd);
            throw refused;
        }
    }

    /** Shared, so that the mapping and the file are the same pages. */
    private MemorySegment map(int fd, long length, int flags) throws ErrnoException {
        return kernel.mmap(
                length, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED | flags, fd, 0);
    }
}
