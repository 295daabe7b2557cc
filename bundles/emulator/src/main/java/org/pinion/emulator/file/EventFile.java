package org.pinion.emulator.file;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * An {@code eventfd(2)}: something to hand to the kernel. It has no position, so that {@code pread} and {@code pwrite}
 * answer ESPIPE.
 */
public final class EventFile implements OpenFile {

    /** A new one. */
    public EventFile() {}

    @Override
    public long read(MemorySegment into, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }

    @Override
    public long write(MemorySegment from, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }
}
