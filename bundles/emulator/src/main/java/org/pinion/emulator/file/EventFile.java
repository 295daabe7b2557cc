package org.pinion.emulator.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * An {@code eventfd(2)}: a 64-bit counter that a write adds to and a read takes. Reading a counter of 0 answers EAGAIN, as a
 * non-blocking one does; nothing here waits.
 */
public final class EventFile implements OpenFile {

    private long counter;

    /**
     * @param initial the counter's first value
     */
    public EventFile(int initial) {
        counter = Integer.toUnsignedLong(initial);
    }

    @Override
    public synchronized long read(MemorySegment into, long offset) throws SyscallException {
        SyscallException.require(into.byteSize() >= Long.BYTES, Errno.EINVAL);
        SyscallException.require(counter != 0, Errno.EAGAIN);
        into.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, counter);
        counter = 0;
        return Long.BYTES;
    }

    @Override
    public synchronized long write(MemorySegment from, long offset) throws SyscallException {
        SyscallException.require(from.byteSize() >= Long.BYTES, Errno.EINVAL);
        long added = from.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        SyscallException.require(added != -1L, Errno.EINVAL);
        SyscallException.require(Long.compareUnsigned(added, -1L - counter) < 0, Errno.EAGAIN);
        counter += added;
        return Long.BYTES;
    }
}
