package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The 256 bytes of PCI configuration space: identity, a command register, and BARs that tell their size when all ones
 * are written to them. There are no capabilities.
 */
final class ConfigSpace {

    static final int SIZE = 256;

    private static final int COMMAND = 4;
    private static final int COMMAND_IO = 1;
    private static final int COMMAND_MEMORY = 2;
    private static final int COMMAND_BUS_MASTER = 4;
    private static final int COMMAND_INTX_DISABLE = 0x400;
    private static final int REVISION_AND_CLASS = 8;
    private static final int FIRST_BAR = 0x10;
    private static final int BAR_IO = 1;
    private static final int BAR_64_BITS = 4;
    private static final int SUBSYSTEM = 0x2c;
    private static final int INTERRUPT_LINE = 0x3c;

    private final byte[] bytes = new byte[SIZE];
    private final byte[] writable = new byte[SIZE];

    ConfigSpace(PciIdentity identity) {
        put(bytes, 0, 4, identity.vendor() | identity.device() << 16);
        put(bytes, REVISION_AND_CLASS, 4, identity.revision() | identity.classCode() << 8);
        put(bytes, SUBSYSTEM, 4, identity.vendor() | identity.device() << 16);
        int command = COMMAND_IO | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE;
        put(writable, COMMAND, 2, command);
        put(writable, INTERRUPT_LINE, 1, 0xff);
    }

    /** Makes room for a BAR: the bits below its size are fixed at 0, so that writing ones tells it. */
    void bar(int index, long size, int typeBits) {
        boolean io = (typeBits & BAR_IO) != 0;
        put(bytes, FIRST_BAR + 4 * index, 4, typeBits);
        put(writable, FIRST_BAR + 4 * index, 4, (int) -size & (io ? ~3 : ~0xf));
        if (!io && (typeBits & BAR_64_BITS) != 0) {
            put(writable, FIRST_BAR + 4 * (index + 1), 4, (int) (-size >> 32));
        }
    }

    void read(long offset, MemorySegment into) {
        MemorySegment.copy(bytes, (int) offset, into, ValueLayout.JAVA_BYTE, 0, (int) into.byteSize());
    }

    void write(long offset, MemorySegment from) {
        for (int i = 0; i < from.byteSize(); i++) {
            int at = (int) offset + i;
            int mask = writable[at];
            bytes[at] = (byte) (bytes[at] & ~mask | from.get(ValueLayout.JAVA_BYTE, i) & mask);
        }
    }

    /** As a driver finds the device that has just been enabled: it answers in its BARs and does no DMA. */
    void enable() {
        put(bytes, COMMAND, 2, COMMAND_IO | COMMAND_MEMORY);
    }

    boolean memoryEnabled() {
        return (bytes[COMMAND] & COMMAND_MEMORY) != 0;
    }

    boolean busMaster() {
        return (bytes[COMMAND] & COMMAND_BUS_MASTER) != 0;
    }

    private static void put(byte[] into, int at, int width, int value) {
        for (int i = 0; i < width; i++) {
            into[at + i] = (byte) (value >>> (8 * i));
        }
    }
}
