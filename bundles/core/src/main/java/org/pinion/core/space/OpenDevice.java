package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.api.RegionMemory;
import org.pinion.api.driver.DeviceOwner;
import org.pinion.api.driver.DmaEngine;
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
    private volatile DeviceLimits limits;
    private final DecodingWatch watch;
    private final DriverHoldings holdings = new DriverHoldings();
    private final CommandRegister command = new CommandRegister();
    private volatile DeviceOwner owner = DeviceOwner.NOBODY;

    /** What is done to the device while it cannot end. */
    @FunctionalInterface
    interface Access {
        void run() throws IommuException;
    }

    private interface Call<T> {
        T run() throws IommuException;
    }

    OpenDevice(
            HostDevice device,
            DeviceHandle handle,
            DeviceLimits limits,
            Consumer<String> decodingChanged,
            BackendPresence presence,
            BackendCalls calls) {
        this.accesses = new Accesses(device.address(), presence, calls);
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

    /** Is attached where these are its limits. */
    void limits(DeviceLimits there) {
        limits = there;
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
        access("read region " + region, () -> handle.read(region, offset, into));
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        try {
            access("write region " + region, () -> handle.write(region, offset, from));
        } finally {
            watch.look();
        }
    }

    @Override
    public void reset() throws IommuException {
        try {
            access("reset", () -> handle.reset());
        } finally {
            // What fails half-way takes the device's memory away all the same.
            watch.look();
        }
    }

    @Override
    public Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
        return answer("drive", () -> {
            DeviceHandle maker = handle;
            return maker.dmaEngine(deadline).<DmaEngine>map(engine ->
                    holdings.opened(new GuardedEngine(this, maker, engine), "a DMA engine"));
        });
    }

    @Override
    public RegionFacts region(int region) throws IommuException {
        return answer("ask about region " + region, () -> handle.region(region));
    }

    @Override
    public RegionMemory map(int region, AddressRange area) throws IommuException {
        String what = "map %s of region %d".formatted(area, region);
        return answer(what, () ->
                holdings.opened(new OpenRegion(this, handle.map(region, area)), "memory of region " + region));
    }

    void unmap(MemorySegment memory) throws IommuException {
        access("unmap a region", () -> handle.unmap(memory));
    }

    @Override
    public int interrupts(InterruptKind kind) throws IommuException {
        return answer("ask about %s interrupts".formatted(kind), () -> handle.interrupts(kind));
    }

    @Override
    public DeviceInterrupts allow(InterruptKind kind, int count) throws IommuException {
        String what = "allow %d %s interrupts".formatted(count, kind);
        if (count < 1) {
            throw new IommuException(what + " of " + device.address(), "that is none", "ask for 1 at least");
        }
        return answer(what, () -> {
            handle.allow(kind, count);
            return holdings.opened(new OpenInterrupts(this, kind, count), kind + " interrupts");
        });
    }

    @Override
    public void ownedBy(DeviceOwner other) {
        owner = Objects.requireNonNull(other, "owner");
    }

    /** {@return who is to be asked before the device is taken away} */
    DeviceOwner owner() {
        return owner;
    }

    /** {@return what its drivers have open} */
    DriverHoldings holdings() {
        return holdings;
    }

    /** Keeps the device from beginning transfers; no access of a driver is under way. */
    void quiesce() throws IommuException {
        guarded("turn bus mastering off", () -> {
            command.quiesce(handle);
            return device;
        });
    }

    /** Allows the device what it was allowed to before {@link #quiesce}; a device that is lost is left alone. */
    void restore() throws IommuException {
        DeviceHandle present = handle;
        if (!(present instanceof LostDevice)) {
            guarded("restore the command register", () -> {
                command.restore(present);
                return device;
            });
        }
    }

    long await(InterruptKind kind, int number, Duration longest) throws IommuException {
        return answer("wait for %s interrupts".formatted(kind), () -> handle.await(kind, number, longest));
    }

    void unmask(InterruptKind kind, int number) throws IommuException {
        access("unmask %s interrupts".formatted(kind), () -> handle.unmask(kind, number));
    }

    /** With a device that is not attached any more its interrupts have gone. */
    void forbid(InterruptKind kind) throws IommuException {
        if (!accesses.ended()) {
            access("forbid %s interrupts".formatted(kind), () -> handle.forbid(kind));
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

    /** Goes on with another opening of the device; no access is under way. */
    void enter(DeviceHandle other, DeviceLimits said) {
        limits = said;
        handle = other;
        watch.begin(other);
    }

    /** An access through something that a handle has made, which ends with the handle. */
    void access(DeviceHandle maker, String what, Access access) throws IommuException {
        access(what, () -> {
            if (handle != maker) {
                throw new IommuException(
                        what + " of " + device.address(), "its backend was replaced meanwhile", "ask for it anew");
            }
            access.run();
        });
    }

    private void access(String what, Access access) throws IommuException {
        answer(what, () -> {
            access.run();
            return device;
        });
    }

    private <T> T answer(String what, Call<T> call) throws IommuException {
        accesses.begin(what + " of " + device.address());
        try {
            return guarded(what, call);
        } finally {
            accesses.end();
        }
    }

    private static IommuException failure(String operation, Throwable thrown) {
        return thrown instanceof PluginFault known
                ? new IommuException(operation, null, null, known.sentence(), known.remedy(), known)
                : new IommuException(operation, null, null, "the backend failed: " + thrown, "", thrown);
    }

    private <T> T guarded(String what, Call<T> call) throws IommuException {
        try {
            return Objects.requireNonNull(call.run(), "it answered null");
        } catch (RuntimeException | Error thrown) {
            throw failure(what + " of " + device.address(), thrown);
        }
    }
}
