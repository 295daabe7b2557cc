package org.pinion.device.host;

import java.io.IOException;
import java.util.Map;
import org.pinion.linux.Kernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which IOMMU stands before a PCI function, by the name that its driver gave it in {@code /sys/class/iommu}. */
public final class IommuName {

    private static final Logger LOG = LoggerFactory.getLogger(IommuName.class);

    private static final Map<String, String> KINDS = Map.of(
            "dmar", "Intel VT-d", "ivhd", "AMD-Vi", "smmu3.", "Arm SMMUv3", "smmu.", "Arm SMMU");

    private IommuName() {}

    /**
     * @param kernel the kernel whose {@code /sys} is looked at
     * @param address a device's address
     * @return what it is, for people, such as {@code Intel VT-d}, or its name if that does not say; empty if there is
     *     none
     */
    public static String of(Kernel kernel, String address) {
        try {
            return kernel.linkName("/sys/bus/pci/devices/" + address + "/iommu")
                    .map(IommuName::words)
                    .orElse("");
        } catch (IOException unreadable) {
            LOG.debug("which IOMMU {} has is not known: {}", address, unreadable.getMessage());
            return "";
        }
    }

    private static String words(String name) {
        return KINDS.entrySet().stream()
                .filter(kind -> name.startsWith(kind.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("IOMMU " + name);
    }
}
