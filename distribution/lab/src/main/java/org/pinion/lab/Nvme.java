package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.pinion.api.IommuException;
import org.pinion.device.cause.DeviceAccess;

/**
 * Drives an {@code nvme} so far that it says what it is: it fetches a command from memory, writes its answer there, and
 * raises an interrupt (NVM Express Base Specification, 3.1 and 5).
 */
final class Nvme {

    /** Bytes of memory that the device needs: its two queues and the answer, a page each. */
    static final long MEMORY = 3 * 0x1000;

    private static final int CONFIGURATION = 0x14;
    private static final int STATUS = 0x1c;
    private static final int QUEUE_SIZES = 0x24;
    private static final int SUBMISSIONS = 0x28;
    private static final int COMPLETIONS = 0x30;
    private static final int SUBMITTED = 0x1000;
    private static final int TWO_ENTRIES = 1 << 16 | 1;
    private static final int ENABLE = 1 | 6 << 16 | 4 << 20;
    private static final int READY = 1;
    private static final int IDENTIFY = 6;
    private static final int CONTROLLER = 1;
    private static final int ANSWER_POINTER = 24;
    private static final int PARAMETER = 40;
    private static final int SERIAL_AT = 4;
    private static final int SERIAL_BYTES = 20;

    private final Registers registers;
    private final MemorySegment memory;
    private final long iova;

    /**
     * @param device the device, which must be a bus master
     * @param memory {@link #MEMORY} bytes
     * @param iova where the device finds them
     */
    Nvme(DeviceAccess device, MemorySegment memory, long iova) {
        this.registers = new Registers(device, 0);
        this.memory = memory;
        this.iova = iova;
    }

    void start() throws Exception {
        registers.set(CONFIGURATION, 0);
        Expect.soon("the nvme does not stop", () -> !isReady());
        registers.set(QUEUE_SIZES, TWO_ENTRIES);
        registers.setLong(SUBMISSIONS, iova);
        registers.setLong(COMPLETIONS, iova + 0x1000);
        registers.set(CONFIGURATION, ENABLE);
        Expect.soon("the nvme does not start", this::isReady);
    }

    boolean isReady() throws IommuException {
        return (registers.get(STATUS) & READY) != 0;
    }

    /** Asks for the serial number; the answer comes with an interrupt. */
    void identify() throws IommuException {
        MemorySegment command = memory.asSlice(0, 64).fill((byte) 0);
        command.set(ValueLayout.JAVA_INT, 0, IDENTIFY);
        command.set(ValueLayout.JAVA_LONG, ANSWER_POINTER, iova + 0x2000);
        command.set(ValueLayout.JAVA_INT, PARAMETER, CONTROLLER);
        registers.set(SUBMITTED, 1);
    }

    String serialNumber() {
        byte[] serial = memory.asSlice(0x2000 + SERIAL_AT, SERIAL_BYTES).toArray(ValueLayout.JAVA_BYTE);
        return new String(serial, StandardCharsets.US_ASCII).strip();
    }
}
