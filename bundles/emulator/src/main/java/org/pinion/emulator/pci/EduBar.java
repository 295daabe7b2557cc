package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;

/**
 * The registers of QEMU's {@code edu} device (docs/specs/edu.rst of QEMU). Registers below
 * 0x80 answer 4-byte accesses only, the others 4 and 8 bytes. A transfer is over when the store that started it
 * returns.
 */
final class EduBar extends RegisterBar {

    private static final int ID = 0x010000ed;
    private static final int REGISTER_ID = 0x00;
    private static final int REGISTER_LIVENESS = 0x04;
    private static final int REGISTER_FACTORIAL = 0x08;
    private static final int REGISTER_STATUS = 0x20;
    private static final int REGISTER_INTERRUPTS = 0x24;
    private static final int REGISTER_RAISE = 0x60;
    private static final int REGISTER_ACKNOWLEDGE = 0x64;
    private static final int STATUS_FACTORIAL_INTERRUPT = 0x80;
    private static final int FACTORIAL_INTERRUPT = 0x1;
    private static final int DMA_INTERRUPT = 0x100;
    private static final int COMMAND_INTERRUPT = 4;

    private static final int REGISTER_DMA_SOURCE = 0x80;
    private static final int REGISTER_DMA_DESTINATION = 0x88;
    private static final int REGISTER_DMA_COUNT = 0x90;
    private static final int REGISTER_DMA_COMMAND = 0x98;
    private static final int COMMAND_START = 1;
    private static final int COMMAND_TO_MEMORY = 2;
    private static final long BUFFER_AT = 0x40000;
    private static final int BUFFER_SIZE = 4096;

    private final byte[] buffer = new byte[BUFFER_SIZE];
    private final EduDma dma;
    private final long size;
    private int liveness;
    private int status;
    private int interrupts;
    private int factorial;
    private long source;
    private long destination;
    private long count;
    private long command;

    EduBar(EduDma dma, long size) {
        this.dma = dma;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    long load(long offset, int width) {
        if (refused(offset, width)) {
            return -1L;
        }
        return switch ((int) offset) {
            case REGISTER_ID -> ID;
            case REGISTER_LIVENESS -> liveness;
            case REGISTER_FACTORIAL -> factorial;
            case REGISTER_STATUS -> status;
            case REGISTER_INTERRUPTS -> interrupts;
            case REGISTER_DMA_SOURCE -> source;
            case REGISTER_DMA_DESTINATION -> destination;
            case REGISTER_DMA_COUNT -> count;
            case REGISTER_DMA_COMMAND -> command;
            default -> -1L;
        };
    }

    @Override
    void store(long offset, int width, long value) {
        if (refused(offset, width)) {
            return;
        }
        switch ((int) offset) {
            case REGISTER_LIVENESS -> liveness = ~(int) value;
            case REGISTER_FACTORIAL -> compute((int) value);
            case REGISTER_STATUS -> status = (int) value & STATUS_FACTORIAL_INTERRUPT;
            case REGISTER_RAISE -> raise((int) value);
            case REGISTER_ACKNOWLEDGE -> acknowledge((int) value);
            case REGISTER_DMA_SOURCE -> source = value;
            case REGISTER_DMA_DESTINATION -> destination = value;
            case REGISTER_DMA_COUNT -> count = value;
            case REGISTER_DMA_COMMAND -> start(value);
            default -> { }
        }
    }

    private static boolean refused(long offset, int width) {
        return width != 4 && (width != 8 || offset < REGISTER_DMA_SOURCE);
    }

    private void compute(int value) {
        factorial = factorialOf(value);
        if ((status & STATUS_FACTORIAL_INTERRUPT) != 0) {
            raise(FACTORIAL_INTERRUPT);
        }
    }

    private void raise(int cause) {
        interrupts |= cause;
        if (interrupts != 0) {
            dma.raise();
        }
    }

    private void acknowledge(int causes) {
        interrupts &= ~causes;
        if (interrupts == 0) {
            dma.lower();
        }
    }

    private static int factorialOf(int value) {
        int product = 1;
        // Beyond 34! every product is a multiple of 2^32.
        for (int factor = 2; factor <= Math.clamp(Integer.toUnsignedLong(value), 0, 34); factor++) {
            product *= factor;
        }
        return product;
    }

    private void start(long value) {
        command = value & ~COMMAND_START;
        if ((value & COMMAND_START) == 0) {
            return;
        }
        boolean toMemory = (value & COMMAND_TO_MEMORY) != 0;
        long inDevice = (toMemory ? source : destination) - BUFFER_AT;
        long iova = toMemory ? destination : source;
        boolean inside = inDevice >= 0 && count >= 0 && count <= BUFFER_SIZE && inDevice <= BUFFER_SIZE - count;
        if (inside) {
            dma.run(iova, MemorySegment.ofArray(buffer).asSlice(inDevice, count), toMemory);
        } else {
            dma.refuse(iova, count, toMemory, "the device's buffer is 0x40000-0x40fff");
        }
        if ((value & COMMAND_INTERRUPT) != 0) {
            raise(DMA_INTERRUPT);
        }
    }

    @Override
    public void reset() {
        liveness = 0;
        status = 0;
        acknowledge(-1);
        factorial = 0;
        source = 0;
        destination = 0;
        count = 0;
        command = 0;
    }
}
