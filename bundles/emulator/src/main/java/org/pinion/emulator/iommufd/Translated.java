package org.pinion.emulator.iommufd;

/** A range of IO virtual addresses that a device's transfer can meet. */
public interface Translated {

    /** {@return whether a device may read it} */
    boolean readable();

    /** {@return whether a device may write it} */
    boolean writable();

    /** {@return whether a device that reaches it gets an answer; memory always gives one} */
    default boolean answers() {
        return true;
    }

    /**
     * What a device meets at an address.
     *
     * @param iova an address in the range
     * @param atMost how many bytes are wanted
     * @return memory from there on, at least a byte of it
     */
    Chunk locate(long iova, long atMost);
}
