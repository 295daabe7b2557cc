package org.example.vhostvdpa;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** The devices that a session has open: learned about from their preflight on, then attached. */
final class SessionDevices {

    private final Kernel kernel;
    private final VdpaBus bus;
    private final String space;
    private final LongAdder calls;
    private final TreeMap<String, VdpaDevice> learned = new TreeMap<>();
    private final TreeMap<String, VdpaDevice> attached = new TreeMap<>();

    SessionDevices(Kernel kernel, VdpaBus bus, String space, LongAdder calls) {
        this.kernel = kernel;
        this.bus = bus;
        this.space = space;
        this.calls = calls;
    }

    DeviceLimits preflight(String address) throws IommuException {
        VdpaDevice known = find(address);
        if (known == null) {
            known = open("preflight " + address + " for '" + space + "'", address);
            learned.put(address, known);
        }
        return known.learned().limits(address);
    }

    private VdpaDevice open(String operation, String address) throws IommuException {
        VdpaBus.Entry entry = bus.find(operation, address);
        try {
            return VdpaDevice.open(kernel, entry, calls);
        } catch (ErrnoException failure) {
            throw Cause.ofOpening(entry, failure).failing(operation, null, failure);
        } catch (Learned.NoRoomException failure) {
            throw new IommuException(operation, null, null, failure.getMessage(), "use another device", failure);
        }
    }

    private VdpaDevice find(String address) {
        VdpaDevice outside = learned.get(address);
        return outside == null ? attached.get(address) : outside;
    }

    /** {@return a device that was learned about and is not attached} */
    VdpaDevice learned(String operation, String address) throws IommuException {
        VdpaDevice device = learned.get(address);
        if (device == null) {
            throw new IommuException(
                    operation,
                    attached.containsKey(address) ? "it is attached already" : "its limits were not learned before",
                    "");
        }
        return device;
    }

    /** A device that was learned about is in now. */
    void attached(VdpaDevice device) {
        learned.remove(device.name());
        attached.put(device.name(), device);
    }

    /** A device that another session had learned about. */
    void goOnWithLearned(VdpaDevice device) {
        learned.put(device.name(), device);
    }

    /** {@return an attached device} */
    VdpaDevice attached(String operation, String address) throws IommuException {
        VdpaDevice device = attached.get(address);
        if (device == null) {
            throw new IommuException(operation, "it is not attached", "");
        }
        return device;
    }

    /** {@return the attached devices, sorted by address} */
    Collection<VdpaDevice> attached() {
        return attached.values();
    }

    /** {@return the devices that are learned about and not attached, sorted by address} */
    Collection<VdpaDevice> learned() {
        return learned.values();
    }

    /** Forgets all of them; whoever goes on with them closes them. */
    void letGo() {
        learned.clear();
        attached.clear();
    }

    /** {@return whether the kernel pins for a device, if it is open; else that it does} */
    boolean pins(String address) {
        VdpaDevice device = find(address);
        return device == null || device.learned().pins();
    }

    void release(String address) throws IommuException {
        String operation = "release " + address + " from '" + space + "'";
        if (attached.containsKey(address)) {
            throw new IommuException(operation, "it is attached", "detach it");
        }
        close(operation, learned.remove(address));
    }

    void detach(String address) throws IommuException {
        String operation = "detach " + address + " from '" + space + "'";
        VdpaDevice device = attached(operation, address);
        attached.remove(address);
        close(operation, device);
    }

    private static void close(String operation, VdpaDevice device) throws IommuException {
        if (device == null) {
            return;
        }
        try {
            device.close();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, null, failure);
        }
    }

    /** Closes all of them, whatever fails. */
    void close() throws IommuException {
        IommuException first = null;
        for (TreeMap<String, VdpaDevice> devices : List.of(attached, learned)) {
            for (VdpaDevice device : devices.values()) {
                first = closeAnd("close '" + space + "': " + device.name(), device, first);
            }
            devices.clear();
        }
        if (first != null) {
            throw first;
        }
    }

    private static IommuException closeAnd(String operation, VdpaDevice device, IommuException first) {
        try {
            close(operation, device);
            return first;
        } catch (IommuException failure) {
            if (first == null) {
                return failure;
            }
            first.addSuppressed(failure);
            return first;
        }
    }
}
