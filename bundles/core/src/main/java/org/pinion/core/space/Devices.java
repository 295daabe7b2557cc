package org.pinion.core.space;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;

/** The devices attached to a space, by address; changed by its writer alone. */
final class Devices {

    private final TreeMap<String, OpenDevice> open = new TreeMap<>();
    private final long pageSize;

    Devices(long pageSize) {
        this.pageSize = pageSize;
    }

    void add(String address, OpenDevice device) {
        open.put(address, device);
    }

    void remove(String address) {
        open.remove(address);
    }

    boolean has(String address) {
        return open.containsKey(address);
    }

    OpenDevice get(String address) throws IommuException {
        OpenDevice device = open.get(address);
        if (device == null) {
            String attached = open.isEmpty() ? "no device is" : "attached are " + String.join(", ", open.keySet());
            throw new IommuException("detach " + address, "it is not attached; " + attached, "");
        }
        return device;
    }

    List<OpenDevice> all() {
        return List.copyOf(open.values());
    }

    List<HostDevice> hosts() {
        return open.values().stream().map(OpenDevice::device).toList();
    }

    /** {@return what the attached devices and some more together allow} */
    IovaLimits limitsWith(Collection<DeviceLimits> more) {
        List<DeviceLimits> all = new ArrayList<>(more);
        open.values().forEach(device -> all.add(device.limits()));
        return IovaLimits.intersect(pageSize, all);
    }
}
