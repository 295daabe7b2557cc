package org.pinion.emulator.memory;

import org.pinion.linux.Mman;

/**
 * A mapping of the process ({@code struct vm_area_struct}).
 *
 * @param start first address, page aligned
 * @param last last address, the last of a page
 * @param protection see {@link Mman}
 * @param shared whether writes go to the file
 * @param target what it shows
 */
public record Vma(long start, long last, int protection, boolean shared, MapTarget target) {

    boolean contains(long address) {
        return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, last) <= 0;
    }

    /** Whether {@code pin_user_pages} takes its pages (check_vma_flags in mm/gup.c). */
    boolean pinnable(boolean write) {
        int wanted = write ? Mman.PROT_WRITE : Mman.PROT_READ;
        return target.kind() != VmaKind.DEVICE && (protection & wanted) != 0;
    }

    /** {@return bytes} */
    public long size() {
        return last - start + 1;
    }
}
