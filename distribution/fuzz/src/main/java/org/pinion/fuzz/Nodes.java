package org.pinion.fuzz;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.pinion.linux.Kernel;

/** Where a kernel has the nodes that scripts open: {@code iommu}, {@code container}, {@code cdev:}, {@code group:}. */
final class Nodes {

    private static final String[] BUSES = {"/sys/bus/pci/devices/", "/sys/bus/mdev/devices/"};

    private final Kernel kernel;
    private final Map<String, String> paths = new HashMap<>();

    Nodes(Kernel kernel) {
        this.kernel = kernel;
    }

    String path(String node) throws IOException {
        String path = paths.get(node);
        if (path == null) {
            path = find(node);
            paths.put(node, path);
        }
        return path;
    }

    private String find(String node) throws IOException {
        int colon = node.indexOf(':');
        String address = node.substring(colon + 1);
        return switch (colon < 0 ? node : node.substring(0, colon)) {
            case "iommu" -> "/dev/iommu";
            case "container" -> "/dev/vfio/vfio";
            case "group" -> "/dev/vfio/" + group(address);
            case "cdev" -> "/dev/vfio/devices/" + characterDevice(address);
            default -> throw new IllegalArgumentException(
                    "'" + node + "' is none of iommu, container, group:ADDRESS, cdev:ADDRESS");
        };
    }

    /** The number of a device's group. */
    String group(String address) throws IOException {
        for (String bus : BUSES) {
            String group = kernel.linkName(bus + address + "/iommu_group").orElse(null);
            if (group != null) {
                return group;
            }
        }
        throw new IOException("there is no device " + address + ", or it is in no group");
    }

    private String characterDevice(String address) throws IOException {
        for (String bus : BUSES) {
            for (String name : kernel.list(bus + address + "/vfio-dev")) {
                return name;
            }
        }
        throw new IOException("VFIO does not drive " + address);
    }
}
