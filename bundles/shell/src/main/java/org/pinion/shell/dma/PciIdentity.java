package org.pinion.shell.dma;

import java.util.regex.Pattern;
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

    private static final Pattern ADDRESS = Pattern.compile("\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.[0-7]"
            + "|\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /** {@return whether an address is that of a PCI function or of an mdev, which looks like one} */
    static boolean isOnPci(String address) {
        return ADDRESS.matcher(address).matches();
    }

    static PciIdentity of(AttachedDevice device) throws IommuException {
        Registers registers = new Registers(device);
        return new PciIdentity(registers.read16(CONFIG_SPACE, 0), registers.read16(CONFIG_SPACE, 2));
    }

    @Override
    public String toString() {
        return "%04x:%04x".formatted(vendor, device);
    }
}
