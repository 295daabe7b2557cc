package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceLimits;
import org.pinion.api.DmaEngine;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.DeviceHandle;

/**
 * An attached device as a driver sees it. It ends before the session closes the device, and only when no access is
 * under way: a late access could otherwise reach whatever file gets the device's descriptor next.
 */
final class OpenDevice implements AttachedDevice {

    private final DeviceHandle handle;
    private final HostDevice device;
    private final DeviceLimits limits;
    private final DecodingWatch watch;
    private final Semaphore accesses = new Semaphore(Integer.MAX_VALUE);
    private volatile boolean ended;

    /** What is done to the device while it cannot end. */
    @FunctionalInterface
    interface Access {
        void run() throws IommuException;
    }

    private interface Answer<T> {
        T run() throws IommuException;
    }

    OpenDevice(HostDevice device, DeviceHandle handle, DeviceLimits limits, Consumer<String> decodingChanged) {
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
            access("reset", handle::reset);
        } finally {
            // What fails half-way takes the device's memory away all the same.
            watch.look();
        }
    }

    @Override
    public Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
        return access("drive", () -> handle.dmaEngine(deadline)).map(engine -> new GuardedEngine(this, engine));
    }

    /** Lets no access begin any more and waits for those under way; if they do not end, the device goes on. */
    void end(Duration longest) throws IommuException {
        ended = true;
        if (!acquireAll(longest)) {
            ended = false;
            throw new IommuException(
                    "detach " + device.address(),
                    "a read or write of its regions has not ended within " + longest.toMillis() + " ms",
                    "end the driver that uses it");
        }
    }

    private boolean acquireAll(Duration longest) {
        try {
            return accesses.tryAcquire(Integer.MAX_VALUE, longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Takes back {@link #end}. */
    void resume() {
        accesses.release(Integer.MAX_VALUE);
        ended = false;
    }

    void access(String what, Access access) throws IommuException {
        access(what, () -> {
            access.run();
            return what;
        });
    }

    private <T> T access(String what, Answer<T> access) throws IommuException {
        String operation = what + " of " + device.address();
        if (ended || !accesses.tryAcquire()) {
            throw new IommuException(operation, "the device is not attached any more", "attach it again");
        }
        try {
            return access.run();
        } catch (RuntimeException | LinkageError thrown) {
            throw new IommuException(operation, null, null, "the backend failed: " + thrown, "", thrown);
        } finally {
            accesses.release();
        }
    }
}
