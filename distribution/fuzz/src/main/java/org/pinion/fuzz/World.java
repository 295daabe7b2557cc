package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known from the answers so far: open files, ids, mappings. It only makes requests plausible. */
final class World {

    private final Map<Integer, OpenedFile> files = new LinkedHashMap<>();
    private final Set<Integer> mapped = new HashSet<>();
    private int next;

    /** A number for the next file. */
    int newSlot() {
        return next++;
    }

    OpenedFile file(int slot) {
        return files.get(slot);
    }

    List<OpenedFile> files() {
        return List.copyOf(files.values());
    }

    List<OpenedFile> files(OpenedFile.Kind kind) {
        List<OpenedFile> found = new ArrayList<>();
        for (OpenedFile file : files.values()) {
            if (file.kind() == kind) {
                found.add(file);
            }
        }
        return found;
    }

    /** Whether a group is in a container. */
    boolean hasGroup(OpenedFile container) {
        return files(OpenedFile.Kind.GROUP).stream().anyMatch(group -> group.container() == container.slot());
    }

    /** Whether a file may be cut: not while one of its pages may be pinned, which then lives on by itself. */
    boolean mayCut(int ram) {
        boolean nobody = files.values().stream().allMatch(file -> file.kind() == OpenedFile.Kind.GROUP
                || file.kind() == OpenedFile.Kind.IOMMU && file.ids(OpenedFile.Id.DEVICE).isEmpty());
        return nobody || !mapped.contains(ram);
    }

    void learn(Operation operation, Answer answer) {
        if (!answer.succeeded()) {
            return;
        }
        switch (operation) {
            case Operation.Open open -> add(open.made(), OpenedFile.Kind.of(open.node()), open.node(), -1);
            case Operation.DeviceFile device -> add(
                    device.made(), OpenedFile.Kind.DEVICE, device.device(), device.file());
            case Operation.Close close -> files.remove(close.file());
            case Operation.Plain plain -> learnPlain(plain);
            case Operation.Ioctl ioctl -> learnIoctl(ioctl, answer);
            default -> { }
        }
    }

    private void add(int slot, OpenedFile.Kind kind, String node, int owner) {
        files.put(slot, new OpenedFile(slot, kind, node, owner));
    }

    private void learnPlain(Operation.Plain plain) {
        OpenedFile file = files.get(plain.file());
        if (file != null && plain.request() == Request.SET_IOMMU) {
            file.choose();
        } else if (file != null && plain.request() == Request.GROUP_UNSET_CONTAINER) {
            file.container(-1);
        }
    }

    private void learnIoctl(Operation.Ioctl ioctl, Answer answer) {
        OpenedFile file = files.get(ioctl.file());
        if (file == null) {
            return;
        }
        ioctl.values().values().stream()
                .filter(value -> value.base() == Value.Base.RAM || value.base() == Value.Base.MEMORY_FILE)
                .forEach(value -> mapped.add(value.index()));
        switch (ioctl.request()) {
            case MOCK_CREATE_ACCESS -> add(ioctl.made(), OpenedFile.Kind.ACCESS, "access", ioctl.file());
            case FAULT_QUEUE_ALLOC -> {
                add(ioctl.made(), OpenedFile.Kind.FAULTS, "faults", ioctl.file());
                file.learn(ioctl, answer);
            }
            case MOCK_DMABUF_GET -> add(ioctl.made(), OpenedFile.Kind.BUFFER, "buffer", ioctl.file());
            case DEVICE_BIND -> bound(ioctl, answer);
            case MOCK_ACCESS_PAGES -> pinned(ioctl, answer);
            case GROUP_SET_CONTAINER -> {
                file.container(ioctl.values().get("fd").index());
                files.get(file.container()).holdDevices();
            }
            default -> file.learn(ioctl, answer);
        }
    }

    private void bound(Operation.Ioctl bind, Answer answer) {
        Value iommufd = bind.values().get("iommufd");
        OpenedFile owner = iommufd == null || iommufd.base() != Value.Base.FILE ? null : files.get(iommufd.index());
        if (owner != null) {
            owner.holdDevices();
            owner.add(OpenedFile.Id.DEVICE, answer.value(bind.request(), "out_devid"));
            files.get(bind.file()).bind(owner.slot());
        }
    }

    private void pinned(Operation.Ioctl pin, Answer answer) {
        Value access = pin.values().get("id");
        OpenedFile file = access == null ? null : files.get(access.index());
        if (file != null) {
            file.add(OpenedFile.Id.PIN, answer.value(pin.request(), "out_access_pages_id"));
        }
    }
}
