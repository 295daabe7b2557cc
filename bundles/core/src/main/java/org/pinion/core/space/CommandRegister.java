package org.pinion.core.space;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.DeviceHandle;

/**
 * The command register of a PCI device (PCI Local Bus Specification 3.0, 6.2.2): it says whether the device may begin
 * transfers, and whether its memory can be reached. A device without configuration space has none; what it does is up
 * to its owner. Used while no driver uses the device.
 */
final class CommandRegister {

    private static final int CONFIGURATION_SPACE = 7;
    private static final int OFFSET = 4;
    private static final int BUS_MASTER = 1 << 2;
    private static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT;

    private boolean known;
    private short before;

    /** Keeps the device from beginning transfers, and remembers what it was allowed to. */
    void quiesce(DeviceHandle handle) throws IommuException {
        known = false;
        if (!isThere(handle)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(WORD);
            handle.read(CONFIGURATION_SPACE, OFFSET, word);
            before = word.get(WORD, 0);
            known = true;
            word.set(WORD, 0, (short) (before & ~BUS_MASTER));
            handle.write(CONFIGURATION_SPACE, OFFSET, word);
        }
    }

    /** Allows the device what it was allowed to before. */
    void restore(DeviceHandle handle) throws IommuException {
        if (!known) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            handle.write(CONFIGURATION_SPACE, OFFSET, arena.allocateFrom(WORD, before));
        }
    }

    private static boolean isThere(DeviceHandle handle) {
        try {
            return Long.compareUnsigned(handle.region(CONFIGURATION_SPACE).size(), OFFSET + WORD.byteSize()) >= 0;
        } catch (IommuException none) {
            return false;
        }
    }
}
