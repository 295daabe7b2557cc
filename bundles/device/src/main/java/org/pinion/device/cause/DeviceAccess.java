package org.pinion.device.cause;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.device.DependentDevice;
import org.pinion.device.DeviceRegion;
import org.pinion.device.Interrupts;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.RegionAccessException;
import org.pinion.device.RegionArea;
import org.pinion.device.RegionMapping;
import org.pinion.device.VfioDevice;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/**
 * A device behind VFIO as its driver sees it, and what {@link VfioDevice} has beside; what fails is told with its
 * cause. May be used from any thread.
 *
 * @param device which device it is
 * @param vfio the device, open
 */
public record DeviceAccess(HostDevice device, VfioDevice vfio) implements DeviceHandle {

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        try {
            vfio.read(region, offset, into);
        } catch (IOException failure) {
            throw failed("read", region, offset, into.byteSize(), failure);
        }
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        try {
            vfio.write(region, offset, from);
        } catch (IOException failure) {
            throw failed("write", region, offset, from.byteSize(), failure);
        }
    }

    @Override
    public void reset() throws IommuException {
        try {
            vfio.reset();
        } catch (ErrnoException failure) {
            throw ResetCauses.of(failure).failing("reset " + address(), failure);
        }
    }

    @Override
    public MemorySegment map(int region, AddressRange area) throws IommuException {
        try {
            return vfio.map(region, new RegionArea(area.start(), area.size())).memory();
        } catch (ErrnoException failure) {
            throw RegionCauses.ofMapping(failure)
                    .failing(operation("map", region, area.start(), area.size()), failure);
        }
    }

    @Override
    public void allow(InterruptKind kind, int count) throws IommuException {
        interrupts(kind.ordinal(), count);
    }

    /**
     * Allows the device interrupts.
     *
     * @param kind which kind, such as {@link org.pinion.linux.uapi.Vfio#PCI_MSI_IRQ}
     * @param count how many of them, from the first on
     * @return the interrupts; the caller closes them
     * @throws IommuException if the device has not that many, or the kernel refuses
     */
    public Interrupts interrupts(int kind, int count) throws IommuException {
        try {
            return vfio.interrupts(kind, count);
        } catch (ErrnoException failure) {
            String operation = "enable %d %s interrupts of %s".formatted(count, InterruptCauses.name(kind), address());
            throw InterruptCauses.of(kind, failure).failing(operation, failure);
        }
    }

    @Override
    public RegionFacts region(int region) throws IommuException {
        try {
            DeviceRegion asked = vfio.region(region);
            List<AddressRange> mappable = asked.mappable().stream()
                    .map(area -> AddressRange.ofSize(area.offset(), area.size()))
                    .toList();
            return new RegionFacts(asked.size(), asked.readable(), asked.writable(), mappable);
        } catch (ErrnoException failure) {
            throw RegionCauses.of(failure).failing("ask about region %d of %s".formatted(region, address()), failure);
        }
    }

    @Override
    public void unmap(MemorySegment memory) throws IommuException {
        String operation = "unmap 0x%x bytes of a region of %s".formatted(memory.byteSize(), address());
        RegionMapping mapping = vfio.mapping(memory)
                .orElseThrow(() -> new IommuException(operation, "they are not mapped", ""));
        try {
            mapping.close();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        } catch (IllegalStateException inUse) {
            throw new IommuException(
                    operation, null, null, "a system call is using the memory", "wait for it to end", inUse);
        }
    }

    @Override
    public int interrupts(InterruptKind kind) throws IommuException {
        try {
            return vfio.irq(kind.ordinal()).count();
        } catch (ErrnoException failure) {
            if (failure.errno() == Errno.EINVAL) {
                return 0;
            }
            throw RegionCauses.of(failure)
                    .failing("ask about %s interrupts of %s".formatted(kind, address()), failure);
        }
    }

    @Override
    public long await(InterruptKind kind, int number, Duration longest) throws IommuException {
        String operation = "wait for %s interrupt %d of %s".formatted(kind, number, address());
        try {
            return allowed(operation, kind).await(number, longest);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
    }

    @Override
    public void unmask(InterruptKind kind, int number) throws IommuException {
        String operation = "unmask %s interrupt %d of %s".formatted(kind, number, address());
        try {
            allowed(operation, kind).unmask(number);
        } catch (ErrnoException failure) {
            throw InterruptCauses.ofUnmasking(kind, failure).failing(operation, failure);
        }
    }

    @Override
    public void forbid(InterruptKind kind) throws IommuException {
        Optional<Interrupts> allowed = vfio.allowed(kind.ordinal());
        if (allowed.isEmpty()) {
            return;
        }
        try {
            allowed.get().close();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure)
                    .failing("disable the %s interrupts of %s".formatted(kind, address()), failure);
        }
    }

    /** A device that was closed, and that the kernel did not let out, has nothing to show any more. */
    @Override
    public Decoding decoding() {
        MemoryDecoding decoding = vfio.decoding();
        return new Decoding(decoding.on() && isOpen(), decoding.interruptions());
    }

    /** {@return whether the device is open} */
    public boolean isOpen() {
        return vfio.fd() >= 0;
    }

    private Interrupts allowed(String operation, InterruptKind kind) throws IommuException {
        return vfio.allowed(kind.ordinal())
                .orElseThrow(() -> new IommuException(operation, "they are not allowed", "allow them first"));
    }

    /**
     * Resets the slot or bus of the device, with all devices on it.
     *
     * @param groups descriptors as {@link VfioDevice#hotReset} takes them
     * @throws IommuException if that cannot be done; the message names the devices that are in the way
     */
    public void hotReset(List<Integer> groups) throws IommuException {
        String operation = "reset the bus of " + address();
        List<DependentDevice> devices;
        try {
            devices = vfio.hotResetDevices();
        } catch (ErrnoException failure) {
            throw HotResetCauses.ofAsking(failure).failing(operation, failure);
        }
        try {
            vfio.hotReset(groups);
        } catch (ErrnoException failure) {
            throw HotResetCauses.of(address(), devices, !groups.isEmpty(), failure).failing(operation, failure);
        }
    }

    private String address() {
        return device.address();
    }

    private IommuException failed(String verb, int region, long offset, long size, IOException failure) {
        String operation = operation(verb, region, offset, size);
        return switch (failure) {
            case ErrnoException answer -> RegionCauses.of(answer).failing(operation, answer);
            case RegionAccessException access -> new IommuException(operation, null, null, access.why(), "", access);
            default -> new IommuException(operation, null, null, failure.getMessage(), "", failure);
        };
    }

    private String operation(String verb, int region, long offset, long size) {
        return "%s 0x%x bytes at 0x%x of region %d of %s".formatted(verb, size, offset, region, address());
    }
}
