package org.pinion.emulator.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * An {@code eventfd(2)}: a counter that reading takes back to 0 (fs/eventfd.c). It has no position, so that {@code
 * pread} and {@code pwrite} answer ESPIPE. Safe for use by many threads.
 */
public final class EventFile implements OpenFile {

    private final boolean waits;
    private long count;

    /**
     * @param initial what it counts at first
     * @param waits whether reading waits until it counts something; else it answers EAGAIN
     */
    public EventFile(long initial, boolean waits) {
        this.count = initial;
        this.waits = waits;
    }

    /** Counts one more, as the kernel does for a driver. */
    public synchronized void signal() {
        count++;
        notifyAll();
    }

    @Override
    public synchronized long read(MemorySegment into) throws SyscallException {
        SyscallException.require(into.byteSize() >= Long.BYTES, Errno.EINVAL);
        SyscallException.require(poll(waits ? -1 : 0), Errno.EAGAIN);
        into.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, count);
        count = 0;
        return Long.BYTES;
    }

    @Override
    public synchronized boolean poll(int millis) throws SyscallException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (count == 0 && (millis < 0 || end - System.nanoTime() > 0)) {
                // At least a millisecond, since 0 would wait for ever.
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) + 1;
                wait(millis < 0 ? 0 : left);
            }
            return count != 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SyscallException(Errno.EINTR);
        }
    }

    @Override
    public long read(MemorySegment into, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }

    @Override
    public long write(MemorySegment from, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }
}
