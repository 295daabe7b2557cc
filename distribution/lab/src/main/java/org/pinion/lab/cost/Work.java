package org.pinion.lab.cost;

import java.util.Locale;

/**
 * What a round does: {@code pairs} times it maps {@code chunks} pieces of {@code size} bytes and unmaps them.
 *
 * @param name for people
 * @param size bytes of a piece
 * @param stride bytes from one piece's IOVA to the next: larger than a piece where pieces must not join
 * @param chunks pieces mapped at a time
 * @param slots each pair takes the next of so many places
 * @param pairs how often
 */
record Work(String name, long size, long stride, int chunks, int slots, int pairs) {

    static final Work PAGE = new Work("4 KiB", 4096, 8192, 1, 64, 200);
    static final Work ONE_GIB = new Work("1 GiB in one mapping", 1L << 30, 1L << 30, 1, 1, 1);
    static final Work CHUNKS = new Work("1 GiB in 256 mappings of 4 MiB", 4L << 20, 8L << 20, 256, 1, 1);

    /** Bytes of memory that the round needs. */
    long memory() {
        return size * (slots + chunks - 1);
    }

    /** The IOVA of a piece. */
    long iova(long base, int piece) {
        return base + piece * stride;
    }

    /** Where in the memory a piece lies. */
    long offset(int piece) {
        return piece * size;
    }

    /** The line by which the C program is asked for it. */
    String line(String route, long base) {
        return String.format(
                Locale.ROOT, "round %s %x %x %x %x %x %x", route, base, size, stride, chunks, slots, pairs);
    }
}
