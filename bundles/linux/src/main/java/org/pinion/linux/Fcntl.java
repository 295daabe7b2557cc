package org.pinion.linux;

/** Flags of {@code open(2)} on x86-64 and arm64 (include/uapi/asm-generic/fcntl.h). */
public final class Fcntl {

    /** Open for reading. */
    public static final int O_RDONLY = 0;

    /** Open for reading and writing. */
    public static final int O_RDWR = 2;

    /** Do not wait. */
    public static final int O_NONBLOCK = 0x800;

    /** Close on exec. */
    public static final int O_CLOEXEC = 0x80000;

    private Fcntl() {}
}
