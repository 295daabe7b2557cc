package org.pinion.backend.iommufd;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.RegionArea;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/**
 * A device that a session has open. Its regions may be read and written from any thread.
 *
 * @param device which device it is
 * @param bound the device, bound to the session's iommufd
 * @param limits what it allows
 * @param pinsAside whether a page table of its IOMMU takes the usable addresses while no device is attached to it, so
 *     that pages can be kept pinned beside the session's IOAS
 */
record OpenDevice(HostDevice device, BoundDevice bound, DeviceLimits limits, boolean pinsAside)
        implements DeviceHandle {

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        access().read(region, offset, into);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        access().write(region, offset, from);
    }

    @Override
    public void reset() throws IommuException {
        access().reset();
    }

    @Override
    public RegionFacts region(int region) throws IommuException {
        return access().region(region);
    }

    @Override
    public MemorySegment map(int region, AddressRange area) throws IommuException {
        return access().map(region, new RegionArea(area.start(), area.size())).memory();
    }

    @Override
    public void unmap(MemorySegment memory) throws IommuException {
        access().unmap(memory);
    }

    @Override
    public int interrupts(InterruptKind kind) throws IommuException {
        return access().count(kind);
    }

    @Override
    public void allow(InterruptKind kind, int count) throws IommuException {
        access().interrupts(kind.ordinal(), count);
    }

    @Override
    public long await(InterruptKind kind, int number, Duration longest) throws IommuException {
        return access().await(kind, number, longest);
    }

    @Override
    public void unmask(InterruptKind kind, int number) throws IommuException {
        access().unmask(kind, number);
    }

    @Override
    public void forbid(InterruptKind kind) throws IommuException {
        access().forbid(kind);
    }

    @Override
    public Decoding decoding() {
        MemoryDecoding decoding = bound.vfio().decoding();
        return new Decoding(decoding.on(), decoding.interruptions());
    }

    private DeviceAccess access() {
        return new DeviceAccess(bound.vfio(), device.address());
    }
}
