package org.pinion.emulator.pci;

import java.util.Arrays;

/** Registers that do nothing: what is stored is loaded again. */
final class PlainRegisters extends RegisterBar {

    private final byte[] bytes;
    private final boolean ports;

    PlainRegisters(long size, boolean ports) {
        this.bytes = new byte[Math.toIntExact(size)];
        this.ports = ports;
    }

    @Override
    public boolean ports() {
        return ports;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    long load(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[(int) offset + i] & 0xffL) << (8 * i);
        }
        return value;
    }

    @Override
    void store(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[(int) offset + i] = (byte) (value >>> (8 * i));
        }
    }

    @Override
    public void reset() {
        Arrays.fill(bytes, (byte) 0);
    }
}
