package org.pinion.shell.report;

/** Addresses as the kernel and QEMU write them. */
public final class Hex {

    private Hex() {}

    /**
     * @param address an unsigned address
     * @return {@code 0x} and lower-case digits without leading zeros
     */
    public static String of(long address) {
        return "0x" + Long.toHexString(address);
    }
}
