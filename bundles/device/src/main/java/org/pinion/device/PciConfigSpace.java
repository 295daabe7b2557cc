package org.pinion.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.pinion.linux.uapi.Vfio;

/**
 * The configuration space of a PCI function that VFIO opened (include/uapi/linux/pci_regs.h). Methods may be called
 * from any thread.
 */
public final class PciConfigSpace {

    static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int VENDOR_ID = 0;
    private static final int DEVICE_ID = 2;
    private static final int COMMAND = 4;
    private static final int COMMAND_MEMORY = 0x2;
    private static final int COMMAND_MASTER = 0x4;

    private final VfioDevice device;

    PciConfigSpace(VfioDevice device) {
        this.device = device;
    }

    /**
     * {@return the vendor's id, 16 bits}
     *
     * @throws IOException if the device does not answer
     */
    public int vendorId() throws IOException {
        return word(VENDOR_ID);
    }

    /**
     * {@return the device's id, 16 bits}
     *
     * @throws IOException if the device does not answer
     */
    public int deviceId() throws IOException {
        return word(DEVICE_ID);
    }

    /**
     * {@return whether the function may issue memory requests, which are its DMA}
     *
     * @throws IOException if the device does not answer
     */
    public boolean busMaster() throws IOException {
        return (word(COMMAND) & COMMAND_MASTER) != 0;
    }

    /**
     * Lets the function issue memory requests, or forbids it.
     *
     * @param enabled whether it may
     * @throws IOException if the device does not answer
     */
    public void busMaster(boolean enabled) throws IOException {
        command(COMMAND_MASTER, enabled);
    }

    /**
     * {@return whether the function answers at its memory BARs}
     *
     * @throws IOException if the device does not answer
     */
    public boolean memoryEnabled() throws IOException {
        return (word(COMMAND) & COMMAND_MEMORY) != 0;
    }

    /**
     * Lets the function answer at its memory BARs, or not. Where it does not, a dma-buf of a BAR is revoked for good.
     *
     * @param enabled whether it answers
     * @throws IOException if the device does not answer
     */
    public void memoryEnabled(boolean enabled) throws IOException {
        command(COMMAND_MEMORY, enabled);
    }

    private synchronized void command(int bit, boolean enabled) throws IOException {
        int command = word(COMMAND);
        writeWord(COMMAND, enabled ? command | bit : command & ~bit);
    }

    private int word(int offset) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(WORD);
            device.read(Vfio.PCI_CONFIG_REGION, offset, word);
            return Short.toUnsignedInt(word.get(WORD, 0));
        }
    }

    private void writeWord(int offset, int value) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            device.write(Vfio.PCI_CONFIG_REGION, offset, arena.allocateFrom(WORD, (short) value));
        }
    }
}
