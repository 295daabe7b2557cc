package org.pinion.source.qemu;

import java.util.List;

/**
 * What {@code info mtree -f} printed: every flat view of the machine.
 *
 * @param place where it was read
 * @param views the views in the order in which they were printed, which is that of a hash table in QEMU
 */
record MemoryTree(Place place, List<View> views) {

    /**
     * One flat view and the address spaces that show it.
     *
     * @param line the line of its heading
     * @param spaces the address spaces that show it
     * @param ranges its ranges
     */
    record View(int line, List<Space> spaces, List<Range> ranges) {}

    /**
     * An address space, from a line {@code AS "NAME", root: ROOT}.
     *
     * @param name its name, which several may share
     * @param root the name of its root region
     */
    record Space(String name, String root) {}
}
