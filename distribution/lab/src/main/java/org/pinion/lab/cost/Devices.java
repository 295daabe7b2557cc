package org.pinion.lab.cost;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/**
 * The devices that are attached.
 *
 * @param kernel tells their nodes
 * @param pci a PCI device behind an IOMMU, alone in its group
 * @param mdev an mdev, for which nothing is pinned
 */
record Devices(Kernel kernel, String pci, String mdev) {

    /** What stands for no device: a container takes mappings only while something is in it. */
    Optional<String> without(String backend) {
        return backend.equals("vfio") ? Optional.of(mdev) : Optional.empty();
    }

    String words(String backend) {
        return backend.equals("vfio") ? "no device but an mdev" : "no device";
    }

    /** By what the C program opens the scene's device. */
    List<String> nodes(Scene scene) throws IOException {
        if (scene.device().isEmpty()) {
            return List.of();
        }
        String device = scene.device().get();
        if (device.equals(mdev)) {
            return List.of(group(mdevGroup()), device);
        }
        PciFunction function = new PciFunctions(kernel).find(device)
                .orElseThrow(() -> new IOException("there is no PCI function " + device));
        return scene.backend().equals("vfio")
                ? List.of(group(Integer.toString(function.group().orElseThrow())), device)
                : List.of(function.characterDevice().orElseThrow());
    }

    private String mdevGroup() throws IOException {
        return kernel.linkName("/sys/bus/mdev/devices/" + mdev + "/iommu_group")
                .orElseThrow(() -> new IOException(mdev + " is in no group"));
    }

    private static String group(String number) {
        return "/dev/vfio/" + number;
    }
}
