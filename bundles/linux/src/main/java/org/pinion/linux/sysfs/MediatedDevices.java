package org.pinion.linux.sysfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;

/** Reads {@code /sys/bus/mdev/devices}. */
public final class MediatedDevices {

    private static final String ROOT = "/sys/bus/mdev/devices";

    private final Kernel kernel;

    /**
     * @param kernel whose mediated devices
     */
    public MediatedDevices(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * All mediated devices there are now.
     *
     * @return the devices, sorted by UUID; none if the kernel has no mediated devices
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public List<MediatedDevice> all() throws IOException {
        List<MediatedDevice> devices = new ArrayList<>();
        for (String uuid : kernel.list(ROOT)) {
            devices.add(read(uuid));
        }
        return List.copyOf(devices);
    }

    /**
     * @param uuid a device's UUID
     * @return the device, empty if there is none
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public Optional<MediatedDevice> find(String uuid) throws IOException {
        return kernel.list(ROOT).contains(uuid) ? Optional.of(read(uuid)) : Optional.empty();
    }

    private MediatedDevice read(String uuid) throws IOException {
        DeviceDirectory directory = new DeviceDirectory(kernel, ROOT + "/" + uuid);
        return new MediatedDevice(
                uuid,
                kernel.linkName(directory.path() + "/mdev_type"),
                directory.driver(),
                directory.group(),
                directory.characterDevice());
    }
}
