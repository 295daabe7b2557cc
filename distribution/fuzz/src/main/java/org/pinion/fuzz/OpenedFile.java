package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.pinion.linux.uapi.Iommufd;

/** A file that a script has opened, and what is known of what belongs to it. */
final class OpenedFile {

    /** What it is. */
    enum Kind {
        IOMMU, CONTAINER, GROUP, DEVICE, ACCESS, FAULTS, BUFFER;

        static Kind of(String node) {
            return switch (node.split(":")[0]) {
                case "iommu" -> IOMMU;
                case "container" -> CONTAINER;
                case "group" -> GROUP;
                default -> DEVICE;
            };
        }
    }

    /** What its numbers stand for. */
    enum Id {
        IOAS, SMALL_PAGES, TABLE, DIRTY_TABLE, PASID_TABLE, MOCK_HANDLE, DEVICE, FAULT_QUEUE, PIN
    }

    /**
     * What is mapped.
     *
     * @param space the id of an address space; 0 where there is one alone
     * @param start the first address
     * @param length bytes
     * @param source what of the process is there
     */
    record Area(int space, long start, long length, Value source) {}

    private final int slot;
    private final Kind kind;
    private final String node;
    private final int owner;
    private final Map<Id, List<Integer>> ids = new EnumMap<>(Id.class);
    private final List<Area> areas = new ArrayList<>();
    private int boundTo = -1;
    private int container = -1;
    private boolean chosen;
    private boolean holdsDevices;
    private Operation.Ioctl written;

    OpenedFile(int slot, Kind kind, String node, int owner) {
        this.slot = slot;
        this.kind = kind;
        this.node = node;
        this.owner = owner;
        for (Id id : Id.values()) {
            ids.put(id, new ArrayList<>());
        }
    }

    int slot() {
        return slot;
    }

    Kind kind() {
        return kind;
    }

    /** The device of a group's or a device's file. */
    String device() {
        boolean prefixed = node.startsWith("cdev:") || node.startsWith("group:");
        return prefixed ? node.substring(node.indexOf(':') + 1) : node;
    }

    /** The file through which it was made, or -1. */
    int owner() {
        return owner;
    }

    /** The iommufd to which a device is bound, or -1. */
    int boundTo() {
        return boundTo;
    }

    void bind(int iommufd) {
        boundTo = iommufd;
    }

    /** Whether devices that are no mock devices have come into an iommufd. */
    boolean holdsDevices() {
        return holdsDevices;
    }

    void holdDevices() {
        holdsDevices = true;
    }

    List<Integer> ids(Id id) {
        return ids.get(id);
    }

    void add(Id id, long number) {
        ids.get(id).add((int) number);
    }

    List<Area> areas() {
        return areas;
    }

    /** The container or iommufd that a group is in, or -1. */
    int container() {
        return container;
    }

    void container(int slot) {
        container = slot;
    }

    /** Whether a container's kind was chosen, or an address space for the requests of one. */
    boolean chosen() {
        return chosen;
    }

    void choose() {
        chosen = true;
    }

    /** The last request by which pages were marked as written, or null. */
    Operation.Ioctl written() {
        return written;
    }

    void learn(Operation.Ioctl ioctl, Answer answer) {
        Request request = ioctl.request();
        switch (request) {
            case IOAS_ALLOC -> add(Id.IOAS, answer.value(request, "out_ioas_id"));
            case HWPT_ALLOC -> {
                boolean tracks = (ioctl.number("flags") & Iommufd.HWPT_ALLOC_DIRTY_TRACKING) != 0;
                long id = answer.value(request, "out_hwpt_id");
                add(tracks ? Id.DIRTY_TABLE : Id.TABLE, id);
                if ((ioctl.number("flags") & Iommufd.HWPT_ALLOC_PASID) != 0) {
                    add(Id.PASID_TABLE, id);
                }
            }
            case OPTION -> optionSet(ioctl);
            case FAULT_QUEUE_ALLOC -> add(Id.FAULT_QUEUE, answer.value(request, "out_fault_id"));
            case MOCK_DIRTY -> written = ioctl;
            case VFIO_IOAS -> chosen = ioctl.number("op") != Iommufd.VFIO_IOAS_CLEAR;
            case MOCK_DOMAIN, MOCK_DOMAIN_FLAGS -> {
                add(Id.MOCK_HANDLE, answer.value(request, "out_stdev_id"));
                add(Id.TABLE, answer.value(request, "out_hwpt_id"));
                add(Id.DEVICE, answer.value(request, "out_idev_id"));
            }
            case IOAS_MAP -> mapped(ioctl, answer, "ioas_id", "iova", "length", ioctl.values().get("user_va"));
            case IOAS_MAP_FILE -> mapped(ioctl, answer, "ioas_id", "iova", "length", fileMemory(ioctl));
            case IOAS_COPY -> mapped(ioctl, answer, "dst_ioas_id", "dst_iova", "length", null);
            case MAP_DMA -> mapped(ioctl, answer, "", "iova", "size", ioctl.values().get("vaddr"));
            case IOAS_UNMAP -> unmapped((int) ioctl.number("ioas_id"), ioctl.number("iova"), ioctl.number("length"));
            case UNMAP_DMA -> unmapped(0, ioctl.number("iova"), ioctl.number("size"));
            case DESTROY -> ids.values().forEach(list -> list.remove((Integer) (int) ioctl.number("id")));
            default -> { }
        }
    }

    /** What goes without large pages. */
    private void optionSet(Operation.Ioctl ioctl) {
        if (ioctl.number("option_id") == Iommufd.OPTION_HUGE_PAGES && ioctl.number("op") == Iommufd.OPTION_SET) {
            ids(Id.SMALL_PAGES).remove((Integer) (int) ioctl.number("object_id"));
            if (ioctl.number("val64") == 0) {
                add(Id.SMALL_PAGES, ioctl.number("object_id"));
            }
        }
    }

    /** Where the process has what is mapped of a memory's file, or null. */
    private static Value fileMemory(Operation.Ioctl ioctl) {
        Value file = ioctl.values().get("fd");
        long start = ioctl.number("start");
        boolean there = file != null && file.base() == Value.Base.MEMORY_FILE && start >= 0 && start <= Ram.SIZE
                && ioctl.number("length") <= Ram.SIZE - start;
        return there ? Value.ram(file.index(), start) : null;
    }

    private void mapped(Operation.Ioctl ioctl, Answer answer, String space, String at, String length, Value source) {
        long chosen = answer.value(ioctl.request(), at);
        areas.add(new Area(space.isEmpty() ? 0 : (int) ioctl.number(space), chosen == 0 ? ioctl.number(at) : chosen,
                ioctl.number(length), source));
    }

    private void unmapped(int space, long start, long length) {
        long last = length == 0 || length == -1 ? -1 : start + length - 1;
        areas.removeIf(area -> area.space == space && Long.compareUnsigned(area.start, start) >= 0
                && Long.compareUnsigned(area.start, last) <= 0);
    }
}
