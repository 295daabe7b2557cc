package org.pinion.backend.iommufd;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.IommuFacts;
import org.pinion.device.host.IommuName;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.Iommufd;

/** What the kernel tells of the IOMMU before a device: {@code IOMMU_GET_HW_INFO} in drivers/iommu/iommufd/device.c. */
final class HardwareFacts {

    private HardwareFacts() {}

    /**
     * @param kernel the kernel, whose {@code /sys} knows kinds of IOMMUs that iommufd has no number for
     * @param iommu the iommufd
     * @param device the id under which the device is bound
     * @param address the device's address
     * @return what is known of its IOMMU
     * @throws ErrnoException if the kernel does not tell
     */
    static IommuFacts of(Kernel kernel, IommuFd iommu, int device, String address) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuHwInfo info = IommuHwInfo.allocate(once);
            iommu.hardware(device, info);
            String type = type(info.dataType());
            return new IommuFacts(
                    type.isEmpty() ? IommuName.of(kernel, address) : type,
                    tracks(info) ? IommuFacts.DirtyPages.EXACT : IommuFacts.DirtyPages.NONE,
                    info.maxPasidLog2(),
                    features(info.capabilities()));
        }
    }

    private static boolean tracks(IommuHwInfo info) {
        return (info.capabilities() & Iommufd.HW_CAP_DIRTY_TRACKING) != 0;
    }

    private static String type(int type) {
        return switch (type) {
            case Iommufd.HW_INFO_INTEL_VTD -> "Intel VT-d";
            case Iommufd.HW_INFO_ARM_SMMUV3 -> "Arm SMMUv3";
            case Iommufd.HW_INFO_AMD -> "AMD-Vi";
            // Kinds come with new kernels; /sys has names for them.
            default -> "";
        };
    }

    private static List<String> features(long capabilities) {
        List<String> features = new ArrayList<>();
        if ((capabilities & Iommufd.HW_CAP_PCI_PASID_EXEC) != 0) {
            features.add("PASID execute");
        }
        if ((capabilities & Iommufd.HW_CAP_PCI_PASID_PRIV) != 0) {
            features.add("PASID privileged");
        }
        return features;
    }
}
