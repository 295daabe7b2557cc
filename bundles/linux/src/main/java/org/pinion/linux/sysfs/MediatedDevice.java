package org.pinion.linux.sysfs;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A mediated device, as {@code /sys/bus/mdev/devices/UUID} shows it: its driver, not an IOMMU, carries out its DMA.
 *
 * @param uuid its UUID
 * @param type what it is an instance of, such as {@code mtty-1}
 * @param driver the driver bound to it
 * @param group its IOMMU group, which has no IOMMU behind it
 * @param characterDevice the file that opens it through VFIO, such as {@code /dev/vfio/devices/vfio0}
 */
public record MediatedDevice(
        String uuid,
        Optional<String> type,
        Optional<String> driver,
        OptionalInt group,
        Optional<String> characterDevice) {

    /** Checks that nothing is null. */
    public MediatedDevice {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(driver, "driver");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(characterDevice, "characterDevice");
    }
}
