package org.pinion.lab;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/** A device as a driver uses it that outlives the core: found again by its name when it has passed to another core. */
final class LastingDevice {

    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long POLL_NANOS = 1_000_000;

    private final Lab lab;
    private final String space;
    private final String address;
    private volatile AttachedDevice device;

    private LastingDevice(Lab lab, String space, AttachedDevice device) {
        this.lab = lab;
        this.space = space;
        this.device = device;
        this.address = device.device().address();
    }

    static AttachedDevice of(Lab lab, String space, AttachedDevice device) {
        LastingDevice lasting = new LastingDevice(lab, space, device);
        return (AttachedDevice) Proxy.newProxyInstance(
                AttachedDevice.class.getClassLoader(), new Class<?>[] {AttachedDevice.class}, lasting::pass);
    }

    /** An access that failed since the core left was not made, so it may be made again. */
    private Object pass(Object proxy, Method method, Object[] arguments) throws Throwable {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                return method.invoke(device, arguments);
            } catch (InvocationTargetException thrown) {
                if (!passed(thrown.getCause()) || System.nanoTime() > until) {
                    throw thrown.getCause();
                }
                LockSupport.parkNanos(POLL_NANOS);
                found().ifPresent(found -> device = found);
            }
        }
    }

    private static boolean passed(Throwable cause) {
        return cause instanceof IommuException failure && failure.why().contains("has passed to another core");
    }

    private Optional<AttachedDevice> found() {
        try {
            return lab.dma().space(space).flatMap(this::device);
        } catch (IllegalStateException between) {
            return Optional.empty();
        }
    }

    private Optional<AttachedDevice> device(AddressSpace found) {
        return found.device(address);
    }
}
