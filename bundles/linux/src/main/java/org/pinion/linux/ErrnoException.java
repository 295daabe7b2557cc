package org.pinion.linux;

import java.io.IOException;

/** A system call that answered with an error number. */
public class ErrnoException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * @param call what was called, such as {@code "open /dev/iommu"}
     * @param errno the kernel's answer
     */
    public ErrnoException(String call, Errno errno) {
        super(call + ": " + errno + " (" + errno.text() + ")");
        this.errno = errno;
    }

    /**
     * Turns a raw answer into a value.
     *
     * @param call what was called
     * @param answer what it returned: 0 or more, or a negated error number
     * @return the answer, if it is no error
     * @throws ErrnoException if it is one
     */
    public static int check(String call, int answer) throws ErrnoException {
        if (answer < 0) {
            throw new ErrnoException(call, Errno.of(-answer));
        }
        return answer;
    }

    /** {@return the kernel's answer} */
    public Errno errno() {
        return errno;
    }
}
