package org.pinion.api;

/** The names of the traits that the shipped classifiers and policies understand; a plugin may bring any other. */
public final class Traits {

    /** Normal memory that the kernel can pin through {@code get_user_pages}. */
    public static final String GUP_ABLE = "gup-able";

    /** Memory of a device: page frames without pages ({@code VM_PFNMAP}, {@code VM_IO}), such as a BAR. */
    public static final String DEVICE_MEMORY = "device-memory";

    /** The section or the memory area may not be written. */
    public static final String READ_ONLY = "read-only";

    /** The range does not begin and end on page boundaries, or not on the same ones as its backing. */
    public static final String SUB_PAGE = "sub-page";

    /** A shared mapping of a file with write-back: pinning it for writing is refused by the kernel. */
    public static final String FILE_WRITEBACK = "file-writeback";

    /** Memory that its manager has not plugged in: it must not be touched, let alone pinned. */
    public static final String DISCARDED = "discarded";

    /** Memory of a confidential guest, or secret memory: no device may see it. */
    public static final String PROTECTED = "protected";

    /** Memory that a dma-buf exports. */
    public static final String DMA_BUF = "dma-buf";

    /** Memory in huge pages; the value is their size, such as {@code 2M}. */
    public static final String HUGE_PAGE = "huge-page";

    /** Memory that keeps its content without power. */
    public static final String NONVOLATILE = "nonvolatile";

    /** Addresses that the section shows and no memory area of this process backs. */
    public static final String UNBACKED = "unbacked";

    /** Memory that devices see only where the guest's own IOMMU driver maps it for them. */
    public static final String TRANSLATED = "translated";

    private Traits() {}
}
