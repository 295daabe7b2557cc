package org.pinion.linux.procfs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * Asks the kernel about one memory area of this process, without the text and the walk through the page tables that
 * {@code smaps} takes: {@code PROCMAP_QUERY} on {@code /proc/self/maps} (Linux 6.11 and later, {@code struct
 * procmap_query} in include/uapi/linux/fs.h). It does not tell the area's flags; what it tells is enough to know an
 * area again. May be used from any thread.
 */
public final class MemoryAreaQuery implements AutoCloseable {

    private static final String MAPS = "/proc/self/maps";
    private static final int PROCMAP_QUERY = 0xc0686611;
    private static final long SIZE = 104;
    private static final long ADDRESS = 16;
    private static final long START = 24;
    private static final long END = 32;
    private static final long FLAGS = 40;
    private static final long PAGE_SIZE = 48;
    private static final long OFFSET = 56;
    private static final long INODE = 64;
    private static final long MAJOR = 72;
    private static final long MINOR = 76;
    private static final long NAME_SIZE = 80;
    private static final long NAME = 88;
    private static final String PERMISSIONS = "rwxs";
    private static final int LONGEST_NAME = 4096;

    private final Kernel kernel;
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment query = arena.allocate(SIZE, Long.BYTES);
    private final MemorySegment name = arena.allocate(LONGEST_NAME);

    /**
     * @param kernel whose {@code /proc}
     */
    public MemoryAreaQuery(Kernel kernel) {
        this.kernel = kernel;
        this.fd = kernel.open(MAPS, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    }

    /**
     * Whether an area is as it was when {@link ProcessMemory#areas} told of it: the same addresses, permissions, page
     * size, and file.
     *
     * @param area the area
     * @return whether it is; also false if the kernel does not answer such questions
     */
    public synchronized boolean confirms(MemoryArea area) {
        if (fd < 0) {
            return false;
        }
        query.fill((byte) 0);
        setLong(0, SIZE);
        setLong(ADDRESS, area.start());
        query.set(ValueLayout.JAVA_INT, NAME_SIZE, LONGEST_NAME);
        setLong(NAME, name.address());
        return kernel.ioctl(fd, PROCMAP_QUERY, query) == 0 && samePlace(area) && sameFile(area);
    }

    private boolean samePlace(MemoryArea area) {
        return get(START) == area.start()
                && get(END) - 1 == area.last()
                && get(PAGE_SIZE) == area.kernelPageSize()
                && samePermissions(area.permissions());
    }

    private boolean samePermissions(String permissions) {
        long flags = get(FLAGS);
        for (int bit = 0; bit < PERMISSIONS.length(); bit++) {
            boolean set = (flags & 1L << bit) != 0;
            if (set != (permissions.charAt(bit) == PERMISSIONS.charAt(bit))) {
                return false;
            }
        }
        return true;
    }

    private boolean sameFile(MemoryArea area) {
        return get(OFFSET) == area.offset()
                && get(INODE) == area.inode()
                && sameDevice(area.device())
                && sameName(area.path());
    }

    private boolean sameDevice(String device) {
        int colon = device.indexOf(':');
        return query.get(ValueLayout.JAVA_INT, MAJOR) == Integer.parseInt(device, 0, colon, 16)
                && query.get(ValueLayout.JAVA_INT, MINOR) == Integer.parseInt(device, colon + 1, device.length(), 16);
    }

    /** A name beyond ASCII is never the same: then the caller reads the area anew, which is right if slower. */
    private boolean sameName(String path) {
        int length = Math.max(0, query.get(ValueLayout.JAVA_INT, NAME_SIZE) - 1);
        if (length != path.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.get(ValueLayout.JAVA_BYTE, i) != path.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private long get(long offset) {
        return query.get(ValueLayout.JAVA_LONG, offset);
    }

    private void setLong(long offset, long value) {
        query.set(ValueLayout.JAVA_LONG, offset, value);
    }

    /** Closes the file; nothing may be asked any more. */
    @Override
    public synchronized void close() {
        if (fd >= 0) {
            kernel.close(fd);
        }
        arena.close();
    }
}
