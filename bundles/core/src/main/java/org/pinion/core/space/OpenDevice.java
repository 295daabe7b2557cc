package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.DeviceHandle;

/**
 * An attached device as a driver sees it, whichever session has it open. It ends before the session closes the device,
 * and only when no access is under way: a late access could otherwise reach whatever file gets the device's descriptor
 * next.
 */
final class OpenDevice implements AttachedDevice {

    private final Accesses accesses;
    private volatile DeviceHandle handle;
    private final HostDevice device;
    private final DeviceLimits limits;
    private final DecodingWatch watch;

    private interface Access {
        void run(DeviceHandle handle) throws IommuException;
    }

    OpenDevice(
            HostDevice device,
            DeviceHandle handle,
            DeviceLimits limits,
            Consumer<String> decodingChanged,
            BackendPresence presence) {
        this.accesses = new Accesses(device.address(), presence);
        this.handle = handle;
        this.device = device;
        this.limits = limits;
        this.watch = new DecodingWatch(handle, limits.device(), decodingChanged);
    }

    @Override
    public HostDevice device() {
        return device;
    }

    @Override
    public DeviceLimits limits() {
        return limits;
    }

    /** {@return whether its BARs can be reached} */
    DecodingWatch watch() {
        return watch;
    }

    /** {@return what it allows while its BARs are as the writer saw them last} */
    DeviceLimits limitsNow() {
        return watch.apply(limits);
    }

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        access("read region " + region, now -> now.read(region, offset, into));
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        try {
            access("write region " + region, now -> now.write(region, offset, from));
        } finally {
            watch.look();
        }
    }

    @Override
    public void reset() throws IommuException {
        try {
            access("reset", DeviceHandle::reset);
        } finally {
            // What fails half-way takes the device's memory away all the same.
            watch.look();
        }
    }

    /** {@return what lets accesses begin, and waits for those under way} */
    Accesses accesses() {
        return accesses;
    }

    /** Goes on by another handle, or by none for the time being; no access is under way. */
    void goOn(DeviceHandle other) {
        handle = other;
        watch.goOn(other);
    }

    private void access(String what, Access access) throws IommuException {
        String operation = what + " of " + device.address();
        accesses.begin(operation);
        try {
            access.run(handle);
        } catch (RuntimeException | LinkageError thrown) {
            throw new IommuException(operation, null, null, "the backend failed: " + thrown, "", thrown);
        } finally {
            accesses.end();
        }
    }
}
