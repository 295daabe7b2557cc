package org.pinion.device.cause;

import org.pinion.api.HostDevice;

/** Why a device is not open to VFIO because of the driver it has, in words. */
public final class DriverCauses {

    private DriverCauses() {}

    /**
     * @param device a device
     * @return whether a driver of VFIO has it
     */
    public static boolean boundToVfio(HostDevice device) {
        return device.emulatedIommu() || ofVfio(device.driver());
    }

    /**
     * Whether a driver is one of VFIO. Drivers for a vendor's devices have {@code vfio} anywhere in their names, such
     * as {@code mlx5_vfio_pci}.
     *
     * @param driver a driver's name, empty for none
     * @return whether it is one of VFIO
     */
    public static boolean ofVfio(String driver) {
        return driver.contains("vfio");
    }

    /**
     * @param device a device that no driver of VFIO has
     * @return that, with the commands that bind it to {@code vfio-pci}
     */
    public static Cause notBound(HostDevice device) {
        String path = "/sys/bus/pci/devices/" + device.address();
        boolean free = device.driver().isEmpty();
        return new Cause(
                "the device has " + (free ? "no driver" : "driver " + device.driver()) + ", not one of VFIO",
                (free ? "" : "echo " + device.address() + " > " + path + "/driver/unbind; ")
                        + "echo vfio-pci > " + path + "/driver_override; echo " + device.address()
                        + " > /sys/bus/pci/drivers_probe");
    }
}
