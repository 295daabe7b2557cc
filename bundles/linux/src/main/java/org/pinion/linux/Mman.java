package org.pinion.linux;

/**
 * Flags of {@code mmap(2)}, {@code madvise(2)} and {@code memfd_create(2)} (include/uapi/asm-generic/mman-common.h,
 * linux/memfd.h).
 */
public final class Mman {

    /** Pages may be read. */
    public static final int PROT_READ = 1;

    /** Pages may be written. */
    public static final int PROT_WRITE = 2;

    /** Writes go to the file. */
    public static final int MAP_SHARED = 1;

    /** Writes go to a private copy. */
    public static final int MAP_PRIVATE = 2;

    /** No file: zeroed memory. */
    public static final int MAP_ANONYMOUS = 0x20;

    /** Do not reserve swap for it. */
    public static final int MAP_NORESERVE = 0x4000;

    /** Pages may not be touched any more, without a memory area of their own (Linux 6.13 and later). */
    public static final int MADV_GUARD_INSTALL = 102;

    /** Close the memfd on exec. */
    public static final int MFD_CLOEXEC = 1;

    /** Back the memfd with huge pages. */
    public static final int MFD_HUGETLB = 4;

    /** Where in the flags of memfd_create the binary logarithm of the huge page's size stands. */
    public static final int MFD_HUGE_SHIFT = 26;

    private Mman() {}
}
