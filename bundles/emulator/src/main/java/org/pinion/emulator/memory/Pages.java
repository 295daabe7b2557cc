package org.pinion.emulator.memory;

/** The page of the emulated processor: 4 KiB, the smallest that every host's own mappings are multiples of. */
public final class Pages {

    /** Bytes of a page. */
    public static final long SIZE = 4096;

    private Pages() {}

    /**
     * @param bytes a size
     * @return the size in whole pages, in bytes
     */
    public static long roundUp(long bytes) {
        return (bytes + SIZE - 1) & -SIZE;
    }

    /**
     * @param address an address
     * @return where its page begins
     */
    public static long roundDown(long address) {
        return address & -SIZE;
    }
}
