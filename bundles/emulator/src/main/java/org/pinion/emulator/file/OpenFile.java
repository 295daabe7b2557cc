package org.pinion.emulator.file;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.memory.MapTarget;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What a file descriptor stands for. A file answers the calls that it knows; the others fail as they do for a file
 * without that operation. Methods may be called from any thread.
 */
public interface OpenFile {

    /**
     * {@code ioctl(2)} with a structure.
     *
     * @param request the request's number
     * @param argument the structure
     * @return what the call answers
     * @throws SyscallException if it fails
     */
    default int ioctl(int request, MemorySegment argument) throws SyscallException {
        throw new SyscallException(Errno.ENOTTY);
    }

    /**
     * {@code ioctl(2)} with a number.
     *
     * @param request the request's number
     * @param argument the number
     * @return what the call answers
     * @throws SyscallException if it fails
     */
    default int ioctl(int request, long argument) throws SyscallException {
        throw new SyscallException(Errno.ENOTTY);
    }

    /**
     * {@code pread(2)}.
     *
     * @param into takes the bytes
     * @param offset where in the file, bytes
     * @return bytes read
     * @throws SyscallException if it fails
     */
    default long read(MemorySegment into, long offset) throws SyscallException {
        throw new SyscallException(Errno.EINVAL);
    }

    /**
     * {@code pwrite(2)}.
     *
     * @param from the bytes
     * @param offset where in the file, bytes
     * @return bytes written
     * @throws SyscallException if it fails
     */
    default long write(MemorySegment from, long offset) throws SyscallException {
        throw new SyscallException(Errno.EINVAL);
    }

    /**
     * {@code read(2)}.
     *
     * @param into takes the bytes
     * @return bytes read
     * @throws SyscallException if it fails
     */
    default long read(MemorySegment into) throws SyscallException {
        throw new SyscallException(Errno.EINVAL);
    }

    /**
     * {@code write(2)}.
     *
     * @param from the bytes
     * @return bytes written
     * @throws SyscallException if it fails
     */
    default long write(MemorySegment from) throws SyscallException {
        throw new SyscallException(Errno.EINVAL);
    }

    /**
     * {@code poll(2)} for reading. A file that knows no waiting can always be read.
     *
     * @param millis how long to wait at most; below 0 for ever
     * @return whether it can be read
     * @throws SyscallException EINTR if the thread is interrupted
     */
    default boolean poll(int millis) throws SyscallException {
        return true;
    }

    /**
     * {@code ftruncate(2)}.
     *
     * @param length bytes
     * @throws SyscallException if it fails
     */
    default void truncate(long length) throws SyscallException {
        throw new SyscallException(Errno.EINVAL);
    }

    /**
     * What {@code mmap(2)} of this file shows.
     *
     * @param offset where in the file, bytes
     * @param length bytes
     * @return the memory behind that part of the file
     * @throws SyscallException if that part cannot be mapped
     */
    default MapTarget mapTarget(long offset, long length) throws SyscallException {
        throw new SyscallException(Errno.ENODEV);
    }

    /** Its descriptor was closed, the last mapping of it removed, and no call is in it. */
    default void release() {}
}
