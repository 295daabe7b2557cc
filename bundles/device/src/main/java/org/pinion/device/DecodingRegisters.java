package org.pinion.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.uapi.Vfio;

/**
 * The registers of a PCI function's configuration space that turn its memory off: the command register, and those by
 * which a driver lets it sleep or resets it (include/uapi/linux/pci_regs.h). Found once, when the device is first
 * written to. Used under the device's lock for configuration writes.
 */
final class DecodingRegisters {

    private static final int COMMAND = 4;
    private static final int COMMAND_MEMORY = 0x2;
    private static final int STATUS = 6;
    private static final int STATUS_CAPABILITIES = 0x10;
    private static final int FIRST_CAPABILITY = 0x34;
    private static final int CAPABILITIES_AT_MOST = 48;
    private static final int STANDARD_HEADER = 0x40;
    private static final int POWER_MANAGEMENT = 0x01;
    private static final int EXPRESS = 0x10;
    private static final int ADVANCED_FEATURES = 0x13;
    private static final int POWER_STATE_AT = 4;
    private static final int POWER_STATE = 0x3;
    private static final int DEVICE_CONTROL_AT = 8;
    private static final int CONTROL_AT = 4;

    private final VfioDevice device;
    private final List<Integer> resets = new ArrayList<>();
    private int powerState;

    private DecodingRegisters(VfioDevice device) {
        this.device = device;
    }

    static DecodingRegisters find(VfioDevice device) throws IOException {
        DecodingRegisters found = new DecodingRegisters(device);
        if ((found.word(STATUS) & STATUS_CAPABILITIES) != 0) {
            found.walk();
        }
        return found;
    }

    private void walk() throws IOException {
        int at = word(FIRST_CAPABILITY) & 0xfc;
        for (int i = 0; at >= STANDARD_HEADER && i < CAPABILITIES_AT_MOST; i++) {
            int header = word(at);
            switch (header & 0xff) {
                case POWER_MANAGEMENT -> powerState = at + POWER_STATE_AT;
                case EXPRESS -> resets.add(at + DEVICE_CONTROL_AT);
                case ADVANCED_FEATURES -> resets.add(at + CONTROL_AT);
                default -> { }
            }
            at = header >>> 8 & 0xfc;
        }
    }

    /** {@return whether a write to these bytes may turn the memory off or on} */
    boolean concerned(long offset, long length) {
        return touches(COMMAND, offset, length) || interrupts(offset, length);
    }

    /** {@return whether a write to these bytes may turn it off and on again in one go} */
    boolean interrupts(long offset, long length) {
        return powerState != 0 && touches(powerState, offset, length)
                || resets.stream().anyMatch(register -> touches(register, offset, length));
    }

    private static boolean touches(int register, long offset, long length) {
        return offset < register + Short.BYTES && register < offset + length;
    }

    /** {@return whether the function answers at its memory BARs} */
    boolean on() throws IOException {
        boolean awake = powerState == 0 || (word(powerState) & POWER_STATE) == 0;
        return awake && (word(COMMAND) & COMMAND_MEMORY) != 0;
    }

    private int word(int offset) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(PciConfigSpace.WORD);
            device.read(Vfio.PCI_CONFIG_REGION, offset, word);
            return Short.toUnsignedInt(word.get(PciConfigSpace.WORD, 0));
        }
    }
}
