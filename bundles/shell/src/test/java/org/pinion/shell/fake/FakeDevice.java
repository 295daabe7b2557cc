package org.pinion.shell.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RegionFacts;
import org.pinion.api.RegionMemory;

/** A PCI function; with the identity of QEMU's edu it has that device's DMA engine, and any of its possible faults. */
public final class FakeDevice implements AttachedDevice {

    /** What is wrong with a device. */
    public enum Fault {
        NONE,
        /** One byte of every transfer to the device is wrong. */
        FLIPS_A_BYTE,
        /** A transfer is never done. */
        NEVER_DONE,
        /** Writes to addresses that are not mapped land in the first mapping. */
        ESCAPES,
        /** Addresses lose the bits above the 28th. */
        HAS_28_BITS
    }

    private static final int BUFFER = 0x40000;

    private final HostDevice device;
    private final DeviceLimits limits;
    private final int identity;
    private final Fault fault;
    private final FakeMemory memory;
    private final Supplier<Iterable<Mapping>> table;

    private final ByteBuffer config = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] buffer = new byte[4096];
    private long source;
    private long destination;
    private long count;
    private long command;
    private int pollsLeft;
    public int transfers;

    FakeDevice(
            HostDevice device,
            DeviceLimits limits,
            int identity,
            Fault fault,
            FakeMemory memory,
            Supplier<Iterable<Mapping>> table) {
        this.device = device;
        this.limits = limits;
        this.identity = identity;
        this.fault = fault;
        this.memory = memory;
        this.table = table;
        config.putInt(0, identity);
        // A 64-bit memory BAR without side effects.
        config.putInt(0x18, memory.bars.containsKey(device.address()) ? 0xc : 0);
    }

    @Override
    public HostDevice device() {
        return device;
    }

    @Override
    public DeviceLimits limits() {
        return limits;
    }

    /** The PCI command register. */
    public int commandRegister() {
        return config.getShort(4);
    }

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        if (region == 7) {
            MemorySegment.copy(MemorySegment.ofBuffer(config), offset, into, 0, into.byteSize());
        } else if (region == 2 && memory.bars.containsKey(device.address())) {
            MemorySegment.copy(memory.bars.get(device.address()), offset, into, 0, into.byteSize());
        } else {
            requireEdu(region, offset, into.byteSize());
            ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, register(offset));
            MemorySegment.copy(MemorySegment.ofBuffer(value), 0, into, 0, into.byteSize());
        }
    }

    private long register(long offset) {
        if (offset != 0x98) {
            return 0;
        }
        if (fault != Fault.NEVER_DONE && pollsLeft-- <= 0) {
            command &= ~1;
        }
        return command;
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        if (region == 7) {
            MemorySegment.copy(from, 0, MemorySegment.ofBuffer(config), offset, from.byteSize());
            return;
        }
        if (region == 2 && memory.bars.containsKey(device.address())) {
            MemorySegment.copy(from, 0, memory.bars.get(device.address()), offset, from.byteSize());
            return;
        }
        requireEdu(region, offset, from.byteSize());
        ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        MemorySegment.copy(from, 0, MemorySegment.ofBuffer(value), 0, from.byteSize());
        switch ((int) offset) {
            case 0x80 -> source = value.getLong(0);
            case 0x88 -> destination = value.getLong(0);
            case 0x90 -> count = value.getLong(0);
            case 0x98 -> start(value.getLong(0));
            default -> throw failed("write to register " + offset, "there is none");
        }
    }

    @Override
    public void reset() throws IommuException {
        throw failed("reset", "nothing here resets devices");
    }

    @Override
    public RegionFacts region(int region) throws IommuException {
        throw failed("ask about region " + region, "nothing here tells of regions");
    }

    @Override
    public RegionMemory map(int region, AddressRange area) throws IommuException {
        throw failed("map region " + region, "nothing here maps regions");
    }

    @Override
    public int interrupts(InterruptKind kind) {
        return 0;
    }

    @Override
    public DeviceInterrupts allow(InterruptKind kind, int count) throws IommuException {
        throw failed("allow interrupts", "the device has none");
    }

    private void requireEdu(int region, long offset, long size) throws IommuException {
        if (region != 0 || identity != FakeDma.EDU || offset < 0x80 || size != 4 && size != 8) {
            throw failed("access " + size + " bytes of region " + region + " at " + offset, "there is nothing");
        }
    }

    private void start(long value) throws IommuException {
        boolean master = (config.getShort(4) & 0x4) != 0;
        command = value;
        pollsLeft = 2;
        transfers++;
        if (master && fault != Fault.NEVER_DONE) {
            move((value & 2) != 0);
        }
    }

    private void move(boolean fromDevice) throws IommuException {
        long inside = fromDevice ? source : destination;
        long iova = (fromDevice ? destination : source) & (fault == Fault.HAS_28_BITS ? 0xfff_ffffL : -1L);
        if (inside < BUFFER || inside + count > BUFFER + buffer.length) {
            throw failed("DMA of " + count + " bytes at " + inside, "outside of the device's buffer");
        }
        MemorySegment bytes = MemorySegment.ofArray(buffer).asSlice(inside - BUFFER, count);
        for (long i = 0; i < count; i++) {
            moveByte(fromDevice, iova + i, bytes.asSlice(i, 1));
        }
    }

    private void moveByte(boolean fromDevice, long iova, MemorySegment own) {
        MemorySegment host = host(iova, fromDevice);
        if (host != null && fromDevice) {
            host.copyFrom(own);
        } else if (host != null) {
            own.copyFrom(host);
            if (fault == Fault.FLIPS_A_BYTE && iova % 64 == 5) {
                own.set(ValueLayout.JAVA_BYTE, 0, (byte) ~own.get(ValueLayout.JAVA_BYTE, 0));
            }
        }
    }

    private MemorySegment host(long iova, boolean write) {
        Mapping first = null;
        for (Mapping mapping : table.get()) {
            first = first == null ? mapping : first;
            if (mapping.range().contains(iova) && (mapping.access().writable() || !write)) {
                return memory.of(mapping.backing().advance(iova - mapping.range().start()), 1);
            }
        }
        return fault == Fault.ESCAPES && write ? memory.of(first.backing(), 1) : null;
    }

    private IommuException failed(String what, String why) {
        return new IommuException(what + " of " + device.address(), why, "");
    }
}
