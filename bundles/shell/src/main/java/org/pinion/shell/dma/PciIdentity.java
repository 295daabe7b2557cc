package org.pinion.shell.dma;

import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/**
 * Who made a PCI function, from its configuration space.
 *
 * @param vendor the vendor's number
 * @param device the device's number
 */
record PciIdentity(int vendor, int device) {

    /** Index of the configuration space among the regions of a VFIO PCI device. */
    static final int CONFIG_SPACE = 7;

    static PciIdentity of(AttachedDevice device) throws IommuException {
        Registers registers = new Registers(device);
        return new PciIdentity(registers.read16(CONFIG_SPACE, 0), registers.read16(CONFIG_SPACE, 2));
    }

    @Override
    public String toString() {
        return "%04x:%04x".formatted(vendor, device);
    }
}
