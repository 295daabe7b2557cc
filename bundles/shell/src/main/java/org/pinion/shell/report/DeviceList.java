package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.HostDevice;

/** The devices of a host. */
public final class DeviceList {

    private DeviceList() {}

    /**
     * @param devices the devices, sorted by address
     * @return a headed table for people
     */
    public static String text(List<HostDevice> devices) {
        Columns rows = new Columns();
        rows.row("address", "group", "driver", "device");
        for (HostDevice device : devices) {
            rows.row(device.address(), device.group() < 0 ? "-" : Integer.toString(device.group()),
                    device.driver().isEmpty() ? "-" : device.driver(),
                    device.description() + (device.emulatedIommu() ? " (no IOMMU: DMA through its driver)" : ""));
        }
        return rows.text();
    }

    /**
     * @param backend the backend that was asked
     * @param kernel the kernel it talks to
     * @param devices the devices, sorted by address
     * @return an object of JSON
     */
    public static Map<String, Object> json(String backend, String kernel, List<HostDevice> devices) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("backend", backend);
        object.put("kernel", kernel);
        object.put("devices", devices.stream().map(DeviceList::device).toList());
        return object;
    }

    private static Map<String, Object> device(HostDevice device) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("address", device.address());
        object.put("description", device.description());
        object.put("group", device.group());
        object.put("driver", device.driver());
        object.put("emulatedIommu", device.emulatedIommu());
        return object;
    }
}
