package org.pinion.api;

/**
 * What an address space holds and what it cost.
 *
 * @param mappings entries in the IO address space
 * @param mappedBytes bytes they cover
 * @param pinnedBytes bytes the kernel keeps pinned for them; 0 while no device behind an IOMMU is attached
 * @param ioctls system calls issued to the kernel since the space was opened
 * @param newlyPinnedBytes bytes that the kernel has pinned since the space was opened, each time it pinned them: what
 *     stayed pinned through a change is not counted again
 */
public record Ledger(long mappings, long mappedBytes, long pinnedBytes, long ioctls, long newlyPinnedBytes) {

    /** Nothing held, nothing spent. */
    public static final Ledger EMPTY = new Ledger(0, 0, 0, 0, 0);
}
