package org.pinion.doctor.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.sysfs.MediatedDevice;
import org.pinion.linux.sysfs.MediatedDevices;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/** Reads what {@code /sys} tells about devices, and tries their character devices. */
final class DeviceReader {

    private static final String PCI = "/sys/bus/pci/devices";
    private static final String MEDIATED = "/sys/bus/mdev/devices";

    private final HostFiles files;

    DeviceReader(HostFiles files) {
        this.files = files;
    }

    List<DeviceFacts> read() {
        List<DeviceFacts> devices = new ArrayList<>();
        PciFunctions functions = new PciFunctions(files.kernel());
        for (String address : files.names(PCI)) {
            files.reading(PCI + "/" + address, () -> functions.find(address))
                    .flatMap(found -> found)
                    .ifPresent(function -> devices.add(of(function)));
        }
        MediatedDevices mediated = new MediatedDevices(files.kernel());
        for (String uuid : files.names(MEDIATED)) {
            files.reading(MEDIATED + "/" + uuid, () -> mediated.find(uuid))
                    .flatMap(found -> found)
                    .ifPresent(device -> devices.add(of(device)));
        }
        return List.copyOf(devices);
    }

    private DeviceFacts of(PciFunction function) {
        return new DeviceFacts(
                function.address(),
                "%04x:%04x".formatted(function.vendor(), function.device()),
                function.classCode(),
                function.driver(),
                function.group(),
                function.characterDevice().map(files::open),
                false);
    }

    private DeviceFacts of(MediatedDevice device) {
        Optional<NodeAccess> cdev = device.characterDevice().map(files::open);
        String description = device.type().map(type -> "mdev " + type).orElse("mdev");
        return new DeviceFacts(device.uuid(), description, 0, device.driver(), device.group(), cdev, true);
    }
}
