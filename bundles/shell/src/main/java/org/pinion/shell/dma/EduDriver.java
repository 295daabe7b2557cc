package org.pinion.shell.dma;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;
import org.pinion.api.driver.DmaEngine;

/**
 * Drives the DMA engine of QEMU's {@code edu} device (1234:11e8): one buffer of 4096 bytes, one transfer at a time.
 * Closing it leaves the PCI command register as it was. Used by one thread.
 */
final class EduDriver implements DmaEngine {

    /** The device this driver is for. */
    static final PciIdentity EDU = new PciIdentity(0x1234, 0x11e8);

    private static final int COMMAND_REGISTER = 4;
    private static final int MEMORY_SPACE_AND_BUS_MASTER = 0x6;

    private static final int BAR0 = 0;
    private static final int SOURCE = 0x80;
    private static final int DESTINATION = 0x88;
    private static final int COUNT = 0x90;
    private static final int COMMAND = 0x98;
    private static final long BUFFER = 0x40000;
    private static final int START = 1;
    private static final int FROM_DEVICE = 2;

    private static final long POLL_NANOS = 200_000;

    private final AttachedDevice device;
    private final Registers registers;
    private final Duration deadline;
    private final int savedCommand;

    /**
     * Lets the device master the bus.
     *
     * @param deadline how long one transfer may take; QEMU's device takes about 100 ms
     */
    EduDriver(AttachedDevice device, Duration deadline) throws IommuException {
        this.device = device;
        this.deadline = deadline;
        registers = new Registers(device);
        savedCommand = registers.read16(PciIdentity.CONFIG_SPACE, COMMAND_REGISTER);
        registers.write16(PciIdentity.CONFIG_SPACE, COMMAND_REGISTER, savedCommand | MEMORY_SPACE_AND_BUS_MASTER);
    }

    @Override
    public String description() {
        return EDU.toString();
    }

    @Override
    public void toDevice(long iova, int count) throws IommuException {
        transfer(iova, BUFFER, count, START);
    }

    @Override
    public void fromDevice(long iova, int count) throws IommuException {
        transfer(BUFFER, iova, count, START | FROM_DEVICE);
    }

    private void transfer(long source, long destination, int count, int command) throws IommuException {
        registers.write64(BAR0, SOURCE, source);
        registers.write64(BAR0, DESTINATION, destination);
        registers.write32(BAR0, COUNT, count);
        registers.write32(BAR0, COMMAND, command);
        long start = System.nanoTime();
        while ((registers.read32(BAR0, COMMAND) & START) != 0) {
            if (System.nanoTime() - start > deadline.toNanos()) {
                throw new IommuException(
                        "DMA of %d bytes from 0x%x to 0x%x by %s"
                                .formatted(count, source, destination, device.device().address()),
                        "the device was not done after " + deadline.toMillis() + " ms",
                        "look for IOMMU faults in the kernel's log");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public void close() throws IommuException {
        registers.write16(PciIdentity.CONFIG_SPACE, COMMAND_REGISTER, savedCommand);
    }
}
