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
        return device.emulatedIommu() || device.driver().startsWith("vfio");
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
