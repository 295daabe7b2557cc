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

    /** Whether the process itself may read, or write, its pages. */
    boolean permits(boolean write) {
        return (protection & (write ? Mman.PROT_WRITE : Mman.PROT_READ)) != 0;
    }

    /** Whether it shows a device's memory, which {@code pin_user_pages} refuses (check_vma_flags in mm/gup.c). */
    boolean device() {
        return target.kind() == VmaKind.DEVICE;
    }

    /** {@return bytes} */
    public long size() {
        return last - start + 1;
    }
}
