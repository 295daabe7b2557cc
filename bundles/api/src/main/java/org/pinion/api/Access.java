package org.pinion.api;

/** What a device may do to memory by DMA. */
public enum Access {

    /** The device may read. */
    READ("r"),

    /** The device may read and write. */
    READ_WRITE("rw");

    private final String symbol;

    Access(String symbol) {
        this.symbol = symbol;
    }

    /** {@return whether the device may write} */
    public boolean writable() {
        return this == READ_WRITE;
    }

    /**
     * Combines two accesses to the lesser.
     *
     * @param other another access
     * @return what both allow
     */
    public Access and(Access other) {
        return this == READ_WRITE ? other : READ;
    }

    /** {@return {@code r} or {@code rw}} */
    public String symbol() {
        return symbol;
    }
}
