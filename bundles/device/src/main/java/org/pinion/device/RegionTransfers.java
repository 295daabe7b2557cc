package org.pinion.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

/**
 * Moves bytes from and to a device's regions; an access that cannot be one is refused before the device hears of it.
 *
 * @param device the device
 * @param name its address, for messages
 */
record RegionTransfers(VfioDevice device, String name) {

    void read(DeviceRegion region, long offset, MemorySegment into) throws IOException {
        RegionAccess access = access("read", region, offset, into.byteSize());
        access.require(region.readable(), "the region cannot be read");
        if (into.isNative()) {
            transfer(access, true, into);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(into.byteSize(), Long.BYTES);
            transfer(access, true, buffer);
            into.copyFrom(buffer);
        }
    }

    RegionAccess toWrite(DeviceRegion region, long offset, long length) throws RegionAccessException {
        RegionAccess access = access("write", region, offset, length);
        access.require(region.writable(), "the region cannot be written");
        return access;
    }

    void write(RegionAccess access, MemorySegment from) throws IOException {
        if (from.isNative()) {
            transfer(access, false, from);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(from.byteSize(), Long.BYTES);
            transfer(access, false, buffer.copyFrom(from));
        }
    }

    private RegionAccess access(String verb, DeviceRegion region, long offset, long length)
            throws RegionAccessException {
        String call = "%s 0x%x bytes at 0x%x of region %d of %s".formatted(verb, length, offset, region.index(), name);
        RegionAccess access = new RegionAccess(call, region.fileOffset() + offset);
        access.require(region.size() != 0, "the device does not have the region");
        access.require(region.contains(offset, length), "the region ends at 0x%x".formatted(region.size()));
        return access;
    }

    private void transfer(RegionAccess access, boolean in, MemorySegment memory) throws IOException {
        long answer = device.transfer(in, memory, access.at());
        if (answer < 0) {
            throw new ErrnoException(access.call(), Errno.of((int) -answer));
        }
        access.require(answer == memory.byteSize(), "the device moved 0x%x bytes only".formatted(answer));
    }
}
