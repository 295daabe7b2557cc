package org.pinion.emulator.pci;

import java.util.Map;
import org.pinion.emulator.host.DeviceModel;

/**
 * What a PCI function says it is.
 *
 * @param vendor 16 bits
 * @param device 16 bits
 * @param revision 8 bits
 * @param classCode 24 bits: class, subclass, programming interface
 * @param bars the sizes of its base address registers by index, bytes, powers of two
 */
public record PciIdentity(int vendor, int device, int revision, int classCode, Map<Integer, Long> bars) {

    /**
     * @param model a model
     * @return what devices of it say they are
     */
    public static PciIdentity of(DeviceModel model) {
        return switch (model) {
            case EDU -> new PciIdentity(0x1234, 0x11e8, 0x10, 0x00ff00, Map.of(0, 1L << 20));
            case IVSHMEM -> new PciIdentity(0x1af4, 0x1110, 1, 0x050000, Map.of(0, 256L, 2, 16L << 20));
            case MTTY -> new PciIdentity(0x4348, 0x3253, 0x10, 0x070002, Map.of(0, 8L));
        };
    }
}
