package org.pinion.device;

import java.io.IOException;

/**
 * Lets one write at configuration space at a time, so that no two of them can turn a device's memory off and on without
 * anybody seeing that it was off.
 */
final class ConfigWrites {

    private final VfioDevice device;
    private DecodingRegisters registers;
    private volatile MemoryDecoding decoding = new MemoryDecoding(true, 0);

    /** A write of some bytes. */
    interface Write {
        void run() throws IOException;
    }

    ConfigWrites(VfioDevice device) {
        this.device = device;
    }

    MemoryDecoding decoding() {
        return decoding;
    }

    /** The device was open before, and this is what was seen of it. */
    synchronized void goOnFrom(MemoryDecoding seen) {
        decoding = seen;
    }

    /** The device was reset, or a reset failed half-way. */
    synchronized void interrupted() {
        decoding = decoding.interrupted();
    }

    synchronized void write(long offset, long length, Write write) throws IOException {
        if (registers == null) {
            registers = DecodingRegisters.find(device);
        }
        try {
            write.run();
        } finally {
            if (registers.concerned(offset, length)) {
                look(registers.interrupts(offset, length));
            }
        }
    }

    /** A device that does not tell is taken to be off: nobody shall rely on its memory. */
    private void look(boolean interrupts) throws IOException {
        boolean on = false;
        try {
            on = registers.on();
        } finally {
            MemoryDecoding now = decoding.now(on);
            decoding = interrupts && now.equals(decoding) ? now.interrupted() : now;
        }
    }
}
