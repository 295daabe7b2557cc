package org.pinion.linux;

/** The error numbers of Linux that the interfaces used here can answer with (include/uapi/asm-generic/errno.h). */
public enum Errno {

    /** Operation not permitted. */
    EPERM(1, "Operation not permitted"),

    /** No such file or directory. */
    ENOENT(2, "No such file or directory"),

    /** Interrupted system call. */
    EINTR(4, "Interrupted system call"),

    /** Input/output error. */
    EIO(5, "Input/output error"),

    /** No such device or address. */
    ENXIO(6, "No such device or address"),

    /** Argument list too long. */
    E2BIG(7, "Argument list too long"),

    /** Bad file descriptor. */
    EBADF(9, "Bad file descriptor"),

    /** Resource temporarily unavailable. */
    EAGAIN(11, "Resource temporarily unavailable"),

    /** Cannot allocate memory. */
    ENOMEM(12, "Cannot allocate memory"),

    /** Permission denied. */
    EACCES(13, "Permission denied"),

    /** Bad address. */
    EFAULT(14, "Bad address"),

    /** Device or resource busy. */
    EBUSY(16, "Device or resource busy"),

    /** File exists. */
    EEXIST(17, "File exists"),

    /** Invalid cross-device link. */
    EXDEV(18, "Invalid cross-device link"),

    /** No such device. */
    ENODEV(19, "No such device"),

    /** Not a directory. */
    ENOTDIR(20, "Not a directory"),

    /** Is a directory. */
    EISDIR(21, "Is a directory"),

    /** Invalid argument. */
    EINVAL(22, "Invalid argument"),

    /** Too many open files in system. */
    ENFILE(23, "Too many open files in system"),

    /** Too many open files. */
    EMFILE(24, "Too many open files"),

    /** Inappropriate ioctl for device. */
    ENOTTY(25, "Inappropriate ioctl for device"),

    /** File too large. */
    EFBIG(27, "File too large"),

    /** No space left on device. */
    ENOSPC(28, "No space left on device"),

    /** Illegal seek. */
    ESPIPE(29, "Illegal seek"),

    /** Read-only file system. */
    EROFS(30, "Read-only file system"),

    /** Broken pipe. */
    EPIPE(32, "Broken pipe"),

    /** Numerical result out of range. */
    ERANGE(34, "Numerical result out of range"),

    /** Resource deadlock avoided. */
    EDEADLOCK(35, "Resource deadlock avoided"),

    /** Function not implemented. */
    ENOSYS(38, "Function not implemented"),

    /** Directory not empty. */
    ENOTEMPTY(39, "Directory not empty"),

    /** Pages are not those expected; from the mock devices of kernels built for tests. */
    EBADE(52, "Invalid exchange"),

    /** No data available. */
    ENODATA(61, "No data available"),

    /** Value too large for defined data type. */
    EOVERFLOW(75, "Value too large for defined data type"),

    /** File descriptor in bad state. */
    EBADFD(77, "File descriptor in bad state"),

    /** Message too long. */
    EMSGSIZE(90, "Message too long"),

    /** Operation not supported. */
    EOPNOTSUPP(95, "Operation not supported"),

    /** Address already in use. */
    EADDRINUSE(98, "Address already in use"),

    /** Connection timed out. */
    ETIMEDOUT(110, "Connection timed out"),

    /** Connection refused. */
    ECONNREFUSED(111, "Connection refused"),

    /** An error number that is not in this list. */
    UNKNOWN(0, "Unknown error");

    private static final Errno[] BY_NUMBER = new Errno[134];

    static {
        for (Errno errno : values()) {
            BY_NUMBER[errno.number] = errno;
        }
    }

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /**
     * @param number an error number, positive
     * @return its name, {@link #UNKNOWN} if it is not in this list
     */
    public static Errno of(int number) {
        Errno found = number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
        return found == null ? UNKNOWN : found;
    }

    /** {@return the number, positive} */
    public int number() {
        return number;
    }

    /** {@return the raw answer of a system call that fails so: the negated number} */
    public int answer() {
        return -number;
    }

    /** {@return what it means, in the words of the C library} */
    public String text() {
        return text;
    }
}
