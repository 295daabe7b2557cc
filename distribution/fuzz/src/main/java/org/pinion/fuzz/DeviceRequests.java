package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;

/** Makes up requests to devices and to groups. */
final class DeviceRequests {

    private static final int PASID = 1;

    private final Dice dice;
    private final Ids ids;
    private final List<String> devices;

    DeviceRequests(Dice dice, List<String> devices) {
        this.dice = dice;
        this.ids = new Ids(dice);
        this.devices = devices;
    }

    Operation openDevice(World world) {
        return new Operation.Open(world.newSlot(), "cdev:" + dice.pick(devices));
    }

    Operation openGroup(World world) {
        return new Operation.Open(world.newSlot(), "group:" + dice.pick(devices));
    }

    Operation ofDevice(World world, OpenedFile file) {
        List<OpenedFile> iommufds = world.files(OpenedFile.Kind.IOMMU);
        boolean bound = file.boundTo() >= 0 && world.file(file.boundTo()) != null;
        return switch (bound ? dice.weighted(1, 8, 4, 1) : dice.weighted(10, 2, 1, 1)) {
            case 0 -> new Draft(dice, file, Request.DEVICE_BIND).put("iommufd", any(world, iommufds)).done();
            case 1 -> pasid(new Draft(dice, file, Request.DEVICE_ATTACH)
                    .put("pt_id", bound ? ids.target(world.file(file.boundTo())) : dice.below(4))).done();
            case 2 -> pasid(new Draft(dice, file, Request.DEVICE_DETACH)).done();
            default -> new Draft(dice, file, Request.DEVICE_GET_INFO).put("argsz", 24 + dice.below(3) * 40).done();
        };
    }

    /** Names a PASID now and then. */
    private Draft pasid(Draft draft) {
        return dice.oneIn(12) ? draft.put("flags", PASID).put("pasid", dice.below(2)) : draft;
    }

    Operation ofGroup(World world, OpenedFile file) {
        return switch (file.container() < 0 ? dice.weighted(2, 14, 1, 1) : dice.weighted(2, 1, 3, 4)) {
            case 0 -> new Draft(dice, file, Request.GROUP_GET_STATUS).done();
            case 1 -> new Draft(dice, file, Request.GROUP_SET_CONTAINER).put("fd", container(world)).done();
            case 2 -> new Operation.Plain(file.slot(), Request.GROUP_UNSET_CONTAINER, Value.number(0));
            default -> new Operation.DeviceFile(world.newSlot(), file.slot(),
                    dice.oneIn(10) ? dice.pick(devices) : file.device());
        };
    }

    private Value container(World world) {
        List<OpenedFile> possible = new ArrayList<>(world.files(OpenedFile.Kind.CONTAINER));
        if (possible.isEmpty() || dice.oneIn(5)) {
            possible.addAll(world.files(OpenedFile.Kind.IOMMU));
        }
        return any(world, possible);
    }

    private Value any(World world, List<OpenedFile> wanted) {
        List<OpenedFile> possible = withoutMocks(wanted);
        if (possible.isEmpty() || dice.oneIn(25)) {
            List<OpenedFile> all = withoutMocks(world.files());
            return all.isEmpty() || dice.oneIn(3) ? Value.number(-1) : Value.file(dice.pick(all).slot());
        }
        return Value.file(dice.pick(possible).slot());
    }

    /** A driver that is given the page table of another one's device takes it for its own, and the kernel dies. */
    private static List<OpenedFile> withoutMocks(List<OpenedFile> files) {
        return files.stream().filter(file -> file.ids(OpenedFile.Id.MOCK_HANDLE).isEmpty()).toList();
    }
}
