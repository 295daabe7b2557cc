package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes up one script, step by step: what comes next depends on the seed and on what the kernel answered. Each script
 * has a theme, so that it gets somewhere.
 */
final class Generator {

    /** What a script is about most of the time. */
    private enum Theme {
        MOCKS, CHARACTER_DEVICES, CONTAINERS, EVERYTHING
    }

    private static final int MOST_FILES = 9;
    private static final int LEAST_STEPS = 20;
    private static final int MORE_STEPS = 80;

    private final Dice dice;
    private final Theme theme;
    private final World world = new World();
    private final SpaceRequests spaces;
    private final TableRequests tables;
    private final MockRequests mocks;
    private final ContainerRequests containers;
    private final DeviceRequests devices;
    private final boolean mockDevices;
    private int left;

    Generator(Machine machine, long seed) {
        this.dice = new Dice(seed);
        this.theme = machine.hasDevices() ? theme(machine) : Theme.MOCKS;
        this.left = LEAST_STEPS + dice.below(MORE_STEPS);
        this.spaces = new SpaceRequests(dice, machine.limited());
        this.tables = new TableRequests(dice);
        this.mockDevices = machine.hasMocks();
        this.mocks = new MockRequests(dice, mockDevices);
        this.containers = new ContainerRequests(dice, machine.limited());
        this.devices = new DeviceRequests(dice, addresses());
    }

    private Theme theme(Machine machine) {
        return Theme.values()[machine.hasMocks() ? dice.weighted(10, 3, 4, 3) : dice.weighted(3, 3, 4, 3)];
    }

    private List<String> addresses() {
        List<String> addresses = new ArrayList<>(Machine.ALONE);
        addresses.addAll(Machine.ALONE);
        addresses.add(Machine.MDEV);
        addresses.add(Machine.MDEV);
        addresses.addAll(Machine.TOGETHER);
        addresses.add(Machine.NOT_VIABLE);
        return addresses;
    }

    World world() {
        return world;
    }

    /** The next step, or null at the end. */
    Operation next() {
        return left-- <= 0 ? null : made();
    }

    private Operation made() {
        if (world.files().isEmpty()) {
            return opening();
        }
        int moreFiles = world.files().size() < MOST_FILES ? 1 : 0;
        return switch (theme) {
            case MOCKS -> step(dice.weighted(2 * moreFiles, 2, 40, 14, 34, 5, 0, 0, 3));
            case CHARACTER_DEVICES -> step(dice.weighted(14 * moreFiles, 3, 40, 10, mockDevices ? 2 : 4, 5, 24, 0, 2));
            case CONTAINERS -> step(dice.weighted(14 * moreFiles, 3, 1, 0, 0, 50, 1, 26, 2));
            case EVERYTHING -> step(dice.weighted(12 * moreFiles, 4, 20, 8, 12, 20, 12, 12, 3));
        };
    }

    private Operation step(int what) {
        return switch (what) {
            case 0 -> opening();
            case 1 -> new Operation.Close(dice.pick(world.files()).slot());
            case 2 -> on(OpenedFile.Kind.IOMMU, file -> spaces.next(world, file));
            case 3 -> on(OpenedFile.Kind.IOMMU, this::table);
            case 4 -> on(OpenedFile.Kind.IOMMU, file -> mocks.next(world, file));
            case 5 -> container();
            case 6 -> on(OpenedFile.Kind.DEVICE, file -> devices.ofDevice(world, file));
            case 7 -> on(OpenedFile.Kind.GROUP, file -> devices.ofGroup(world, file));
            default -> memory();
        };
    }

    /** Page tables are a device's. */
    private Operation table(OpenedFile file) {
        boolean device = !file.ids(OpenedFile.Id.DEVICE).isEmpty();
        if (device || dice.oneIn(8)) {
            return tables.next(world, file);
        }
        return mockDevices ? mocks.next(world, file) : spaces.next(world, file);
    }

    private Operation on(OpenedFile.Kind kind, Function<OpenedFile, Operation> make) {
        List<OpenedFile> files = world.files(kind);
        return files.isEmpty() ? open(kind) : make.apply(dice.pick(files));
    }

    private Operation container() {
        List<OpenedFile> groups = world.files(OpenedFile.Kind.GROUP);
        if (theme == Theme.CONTAINERS && groups.stream().allMatch(group -> group.container() < 0) && !dice.oneIn(4)) {
            return on(OpenedFile.Kind.GROUP, file -> devices.ofGroup(world, file));
        }
        boolean iommufd = theme == Theme.MOCKS || theme == Theme.CHARACTER_DEVICES
                || theme == Theme.EVERYTHING && dice.oneIn(3);
        return on(iommufd ? OpenedFile.Kind.IOMMU : OpenedFile.Kind.CONTAINER, file -> containers.next(world, file));
    }

    private Operation opening() {
        return switch (theme) {
            case MOCKS -> open(OpenedFile.Kind.IOMMU);
            case CHARACTER_DEVICES -> open(dice.oneIn(4) ? OpenedFile.Kind.IOMMU : OpenedFile.Kind.DEVICE);
            case CONTAINERS -> open(dice.oneIn(3) ? OpenedFile.Kind.CONTAINER : OpenedFile.Kind.GROUP);
            case EVERYTHING -> open(OpenedFile.Kind.values()[dice.below(4)]);
        };
    }

    private Operation open(OpenedFile.Kind kind) {
        return switch (kind) {
            case CONTAINER -> new Operation.Open(world.newSlot(), "container");
            case GROUP -> devices.openGroup(world);
            case DEVICE -> devices.openDevice(world);
            default -> new Operation.Open(world.newSlot(), "iommu");
        };
    }

    private Operation cut() {
        int ram = Ram.Kind.CUT_FILE.ordinal();
        return world.mayCut(ram) ? new Operation.Truncate(ram, dice.below(3) * 0x8000L) : new Operation.Ledger();
    }

    private Operation memory() {
        return switch (dice.weighted(6, 2, 2, 2)) {
            case 0 -> new Operation.Ledger();
            case 1 -> new Operation.Drop(Ram.Kind.DROPPED.ordinal());
            case 2 -> cut();
            default -> {
                List<OpenedFile> queues = world.files(OpenedFile.Kind.FAULTS);
                yield queues.isEmpty() ? new Operation.Ledger() : new Operation.Poll(dice.pick(queues).slot());
            }
        };
    }
}
