package org.pinion.emulator.syscall;

import org.pinion.linux.Errno;

/**
 * A system call that fails. It carries an error number and no stack trace, because failing is an ordinary answer
 * here.
 */
public final class SyscallException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * @param errno what the call answers
     */
    public SyscallException(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }

    /** {@return what the call answers} */
    public Errno errno() {
        return errno;
    }

    /**
     * Fails a call unless a condition holds.
     *
     * @param condition what must hold
     * @param otherwise what the call answers if it does not
     * @throws SyscallException if it does not
     */
    public static void require(boolean condition, Errno otherwise) throws SyscallException {
        if (!condition) {
            throw new SyscallException(otherwise);
        }
    }
}
