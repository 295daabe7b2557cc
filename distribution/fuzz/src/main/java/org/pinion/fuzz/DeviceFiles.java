package org.pinion.fuzz;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of devices that were opened through groups. A device that an iommufd has may be opened again when its group
 * was closed, opened anew and put into a container, which only an mdev's can be. If such a file is closed last, Linux
 * gives back a reference to the group's file that it never took, and frees what is open (vfio_df_device_last_close in
 * drivers/vfio/vfio_main.c, vfio_group_unuse_container in container.c); so they are closed before.
 */
final class DeviceFiles {

    private record DeviceFile(String device, boolean ofIommufd) {}

    private final Set<Integer> iommufds = new HashSet<>();
    private final Map<Integer, Integer> groups = new HashMap<>();
    private final Map<Integer, DeviceFile> devices = new TreeMap<>();

    void learn(Operation operation, Answer answer) {
        if (!answer.succeeded()) {
            return;
        }
        switch (operation) {
            case Operation.Open open when open.node().equals("iommu") -> iommufds.add(open.made());
            case Operation.Ioctl ioctl when ioctl.request() == Request.GROUP_SET_CONTAINER ->
                groups.put(ioctl.file(), ioctl.values().get("fd").index());
            case Operation.DeviceFile device -> devices.put(device.made(),
                    new DeviceFile(device.device(), iommufds.contains(groups.get(device.file()))));
            default -> { }
        }
    }

    void closed(int file) {
        iommufds.remove(file);
        groups.remove(file);
        devices.remove(file);
    }

    /** What is to be closed before an operation that closes the last file of an iommufd's device. */
    List<Integer> before(Operation operation) {
        DeviceFile closed = operation instanceof Operation.Close ? devices.get(operation.file()) : null;
        if (closed == null || !closed.ofIommufd) {
            return List.of();
        }
        List<Integer> others = devices.keySet().stream()
                .filter(file -> file != operation.file() && devices.get(file).device.equals(closed.device)).toList();
        return others.stream().anyMatch(file -> devices.get(file).ofIommufd) ? List.of() : others;
    }
}
