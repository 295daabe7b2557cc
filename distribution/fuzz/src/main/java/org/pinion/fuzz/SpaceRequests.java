package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.uapi.Iommufd;

/** Makes up requests about address spaces of an iommufd. */
final class SpaceRequests {

    private static final int READ_WRITE = Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;

    private final Dice dice;
    private final Ids ids;
    private final boolean limited;

    /** Where little memory can be locked, who pays for it is chosen more often. */
    SpaceRequests(Dice dice, boolean limited) {
        this.dice = dice;
        this.limited = limited;
        this.ids = new Ids(dice);
    }

    Operation next(World world, OpenedFile file) {
        if (limited && file.ids(OpenedFile.Id.IOAS).isEmpty() && dice.oneIn(2)) {
            return chargeProcess(file);
        }
        if (file.ids(OpenedFile.Id.IOAS).isEmpty() && !dice.oneIn(10)) {
            return new Draft(dice, file, Request.IOAS_ALLOC).done();
        }
        List<Integer> spaces = file.ids(OpenedFile.Id.IOAS);
        boolean fresh = !spaces.isEmpty() && file.areas().isEmpty()
                && !file.ids(OpenedFile.Id.SMALL_PAGES).contains(spaces.getLast());
        if (fresh && dice.oneIn(3)) {
            return smallPages(dice, file, spaces.getLast());
        }
        return switch (dice.weighted(6, 60, 20, 36, 20, 12, 8, 8, 12, 2, 1)) {
            case 0 -> new Draft(dice, file, Request.IOAS_ALLOC).done();
            case 1 -> map(file);
            case 2 -> mapFile(world, file);
            case 3 -> unmap(file);
            case 4 -> copy(file);
            case 5 -> ranges(file);
            case 6 -> allow(file);
            case 7 -> option(file);
            case 8 -> destroy(file);
            case 9 -> new Draft(dice, file, Request.IOAS_CHANGE_PROCESS).done();
            default -> unlikely(file);
        };
    }

    private long mapFlags() {
        return switch (dice.weighted(12, 4, 2, 2, 1)) {
            case 0 -> READ_WRITE | Iommufd.MAP_FIXED_IOVA;
            case 1 -> READ_WRITE;
            case 2 -> Iommufd.MAP_READABLE | Iommufd.MAP_FIXED_IOVA;
            case 3 -> Iommufd.MAP_WRITEABLE | Iommufd.MAP_FIXED_IOVA;
            default -> dice.bits(READ_WRITE | Iommufd.MAP_FIXED_IOVA);
        };
    }

    private Operation map(OpenedFile file) {
        long length = dice.length();
        return new Draft(dice, file, Request.IOAS_MAP).put("flags", mapFlags()).put("ioas_id", ids.space(file))
                .put("user_va", dice.memory(length)).put("length", length).put("iova", dice.iova()).done();
    }

    /** Pins are charged to the process in place of the user. */
    private Operation chargeProcess(OpenedFile file) {
        return new Draft(dice, file, Request.OPTION).put("option_id", Iommufd.OPTION_RLIMIT_MODE)
                .put("op", Iommufd.OPTION_SET).put("val64", dice.oneIn(6) ? 0 : 1).done();
    }

    /** Requests that need a virtual IOMMU or a kernel without IOMMU, and such as there are none. */
    private Operation unlikely(OpenedFile file) {
        return switch (dice.below(4)) {
            case 0 -> new Draft(dice, file, Request.VEVENTQ_ALLOC).put("viommu_id", ids.space(file))
                    .put("veventq_depth", 1).put("type", dice.below(2)).done();
            case 1 -> new Draft(dice, file, Request.HW_QUEUE_ALLOC).put("viommu_id", ids.space(file))
                    .put("length", Ram.PAGE).put("type", dice.below(2)).done();
            case 2 -> new Draft(dice, file, Request.IOAS_NOIOMMU_GET_PA).put("ioas_id", ids.space(file))
                    .put("length", Ram.PAGE).done();
            default -> new Draft(dice, file, Request.NEXT_IOMMUFD).done();
        };
    }

    private Value mappedFile(World world, OpenedFile file) {
        List<OpenedFile> buffers = world.files(OpenedFile.Kind.BUFFER);
        if (!buffers.isEmpty() && dice.oneIn(2)) {
            return Value.file(dice.pick(buffers).slot());
        }
        List<OpenedFile> others = filesOfNoMemory(world, file);
        if (!others.isEmpty() && dice.oneIn(30)) {
            return Value.file(dice.pick(others).slot());
        }
        return dice.oneIn(30)
                ? Value.number(dice.oneIn(2) ? -1 : 100_000)
                : Value.memoryFile(dice.weighted(0, 6, 3, 2));
    }

    /** Containers, and iommufds that are older: two that had each other mapped would never go. */
    private static List<OpenedFile> filesOfNoMemory(World world, OpenedFile file) {
        return world.files().stream().filter(other -> other.kind() == OpenedFile.Kind.CONTAINER
                || other.kind() == OpenedFile.Kind.IOMMU && other.slot() < file.slot()).toList();
    }

    private Operation mapFile(World world, OpenedFile file) {
        long length = dice.length();
        Value fd = mappedFile(world, file);
        long start = switch (dice.weighted(10, 3, 1)) {
            case 0 -> dice.below(64) * Ram.PAGE;
            case 1 -> dice.below((int) Ram.SIZE);
            default -> dice.edge();
        };
        return new Draft(dice, file, Request.IOAS_MAP_FILE).put("flags", mapFlags()).put("ioas_id", ids.space(file))
                .put("fd", fd).put("start", start).put("length", length).put("iova", dice.iova()).done();
    }

    private Operation unmap(OpenedFile file) {
        long space = ids.space(file);
        Span span = dice.oneIn(20) ? new Span(0, -1) : Span.near(dice, ids.area(file, space));
        return new Draft(dice, file, Request.IOAS_UNMAP).put("ioas_id", space).put("iova", span.start())
                .put("length", span.length()).done();
    }

    private Operation copy(OpenedFile file) {
        long source = ids.space(file);
        Span span = Span.near(dice, ids.area(file, source));
        return new Draft(dice, file, Request.IOAS_COPY).put("flags", mapFlags()).put("src_ioas_id", source)
                .put("dst_ioas_id", ids.space(file)).put("length", span.length()).put("src_iova", span.start())
                .put("dst_iova", dice.iova()).done();
    }

    private Operation ranges(OpenedFile file) {
        int room = dice.oneIn(4) ? dice.below(3) : 8;
        return new Draft(dice, file, Request.IOAS_IOVA_RANGES).put("ioas_id", ids.space(file)).put("num_iovas", room)
                .put("allowed_iovas", dice.oneIn(20) ? Value.number(0) : Value.data(0)).done();
    }

    private Operation allow(OpenedFile file) {
        int count = dice.below(4);
        List<Long> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long start = dice.iova();
            ranges.add(start);
            ranges.add(dice.oneIn(12) ? dice.edge() : start + dice.below(16) * Ram.PAGE + Ram.PAGE - 1);
        }
        return new Draft(dice, file, Request.IOAS_ALLOW_IOVAS).put("ioas_id", ids.space(file))
                .put("num_iovas", count).array("allowed_iovas", ranges).done();
    }

    private Operation option(OpenedFile file) {
        boolean ofSpace = dice.oneIn(2);
        long space = ids.space(file);
        if (ofSpace && (dice.oneIn(2) || file.ids(OpenedFile.Id.SMALL_PAGES).contains((int) space))) {
            return smallPages(dice, file, space);
        }
        return new Draft(dice, file, Request.OPTION)
                .put("option_id", dice.oneIn(20) ? 2 : ofSpace ? Iommufd.OPTION_HUGE_PAGES : Iommufd.OPTION_RLIMIT_MODE)
                .put("op", dice.oneIn(20) ? 2 : dice.below(2))
                .put("object_id", ofSpace ? space : dice.oneIn(8) ? 1 : 0)
                .put("val64", dice.oneIn(12) ? dice.edge() : dice.below(2)).done();
    }

    /** Lets an address space go without large pages. */
    static Operation smallPages(Dice dice, OpenedFile file, long space) {
        return new Draft(dice, file, Request.OPTION).put("option_id", Iommufd.OPTION_HUGE_PAGES)
                .put("op", Iommufd.OPTION_SET).put("object_id", space).done();
    }

    private Operation destroy(OpenedFile file) {
        return new Draft(dice, file, Request.DESTROY).put("id", ids.any(file, OpenedFile.Id.values())).done();
    }
}
