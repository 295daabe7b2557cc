package org.pinion.linux.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

/**
 * The memory mapped through one kernel. Each mapping gets an arena of its own that is closed before the memory goes, so
 * that a late access throws instead of hitting whatever the process has mapped there since.
 */
final class MappedMemory {

    private record Area(long length, Arena arena) {}

    private final Map<Long, Area> areas = new ConcurrentHashMap<>();

    MemorySegment map(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        long address = Libc.mmap(length, protection, flags, fd, offset);
        if (address < 0) {
            throw new ErrnoException(
                    "mmap of 0x%x bytes of file descriptor %d at 0x%x".formatted(length, fd, offset),
                    Errno.of((int) -address));
        }
        Arena arena = Arena.ofShared();
        areas.put(address, new Area(length, arena));
        return MemorySegment.ofAddress(address).reinterpret(length, arena, null);
    }

    int unmap(MemorySegment memory) {
        Area area = areas.get(memory.address());
        if (area == null || area.length != memory.byteSize() || !areas.remove(memory.address(), area)) {
            return Errno.EINVAL.answer();
        }
        try {
            area.arena.close();
        } catch (IllegalStateException inUse) {
            areas.put(memory.address(), area);
            throw inUse;
        }
        return Libc.munmap(memory.address(), area.length);
    }
}
