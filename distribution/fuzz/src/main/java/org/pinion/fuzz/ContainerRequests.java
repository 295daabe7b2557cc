package org.pinion.fuzz;

import java.util.List;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioType1;

/** Makes up requests to a container, or to an iommufd that answers as one. */
final class ContainerRequests {

    private static final int READ_WRITE = VfioType1.MAP_READ | VfioType1.MAP_WRITE;
    private static final int PLAIN_UNMAP = 24;
    private static final int PLAIN_DIRTY = 8;
    private static final int EXTENSIONS = 13;
    private static final List<Long> KINDS = List.of(1L, 3L, 1L, 3L, 3L, 0L, 2L, 6L, 8L, 9L, 10L);
    private static final long[] BITMAP_SIZES = {8, 8, 16, 64, 512, 0, 1L << 40};

    private final Dice dice;
    private final Ids ids;
    private final boolean limited;

    /** Where few mappings can be made, they are kept for longer. */
    ContainerRequests(Dice dice, boolean limited) {
        this.dice = dice;
        this.limited = limited;
        this.ids = new Ids(dice);
    }

    Operation next(World world, OpenedFile file) {
        boolean iommufd = file.kind() == OpenedFile.Kind.IOMMU;
        if (!file.chosen() && !dice.oneIn(4)) {
            if (iommufd) {
                return choose(file);
            }
            if (world.hasGroup(file)) {
                return new Operation.Plain(file.slot(), Request.SET_IOMMU, Value.number(dice.oneIn(3) ? 1 : 3));
            }
        }
        int maps = limited ? 48 : 24;
        int unmaps = limited ? 6 : 16;
        return switch (dice.weighted(1, 3, 4, 4, maps, unmaps, iommufd ? 1 : 8, iommufd ? 5 : 0)) {
            case 0 -> new Operation.Plain(file.slot(), Request.GET_API_VERSION, Value.number(0));
            case 1 -> new Operation.Plain(file.slot(), Request.CHECK_EXTENSION, Value.number(dice.below(EXTENSIONS)));
            case 2 -> new Operation.Plain(file.slot(), Request.SET_IOMMU, Value.number(dice.pick(KINDS)));
            case 3 -> info(file);
            case 4 -> map(file);
            case 5 -> unmap(file);
            case 6 -> dirtyPages(file);
            default -> new Draft(dice, file, Request.VFIO_IOAS).put("op", dice.below(3)).put("ioas_id", ids.space(file))
                    .done();
        };
    }

    private Operation info(OpenedFile file) {
        return new Draft(dice, file, Request.IOMMU_GET_INFO).put("argsz", switch (dice.below(4)) {
            case 0 -> 16 + dice.below(10) * 4;
            case 1 -> 24;
            default -> 256;
        }).done();
    }

    private Operation map(OpenedFile file) {
        long flags = switch (dice.weighted(14, 3, 2, 3, 1)) {
            case 0 -> READ_WRITE;
            case 1 -> VfioType1.MAP_READ;
            case 2 -> VfioType1.MAP_WRITE;
            case 3 -> file.kind() == OpenedFile.Kind.CONTAINER ? VfioType1.MAP_VADDR : READ_WRITE;
            default -> dice.bits(7);
        };
        OpenedFile.Area area = ids.area(file, 0);
        boolean again = (flags & VfioType1.MAP_VADDR) != 0 && area != null && dice.below(4) != 0;
        long length = again ? area.length() : dice.length();
        return new Draft(dice, file, Request.MAP_DMA).put("flags", flags)
                .put("vaddr", again && area.source() != null ? area.source() : dice.memory(length))
                .put("iova", again ? area.start() : dice.iova()).put("size", length).done();
    }

    private Operation unmap(OpenedFile file) {
        Span span = Span.near(dice, ids.area(file, 0));
        return switch (dice.weighted(16, 2, 2, 3, 1)) {
            case 0 -> unmap(file, 0, span).done();
            case 1 -> unmap(file, VfioType1.UNMAP_ALL, dice.oneIn(4) ? span : new Span(0, 0)).done();
            case 2 -> unmap(file, VfioType1.UNMAP_VADDR | dice.bits(VfioType1.UNMAP_ALL), span).done();
            case 3 -> withBitmap(unmap(file, VfioType1.UNMAP_GET_DIRTY_BITMAP, span)
                    .put("argsz", Request.UNMAP_DMA.size())).done();
            default -> withBitmap(unmap(file, dice.bits(7), span).put("argsz", Request.UNMAP_DMA.size())).done();
        };
    }

    private Draft unmap(OpenedFile file, long flags, Span span) {
        return new Draft(dice, file, Request.UNMAP_DMA).put("argsz", PLAIN_UNMAP).put("flags", flags)
                .put("iova", span.start()).put("size", span.length());
    }

    private Draft withBitmap(Draft draft) {
        return draft.put("pgsize", dice.oneIn(8) ? dice.edge() : Ram.PAGE)
                .put("bitmap_size", BITMAP_SIZES[dice.below(BITMAP_SIZES.length)])
                .array("bitmap", List.of(0L, 0L, 0L, 0L));
    }

    private Operation dirtyPages(OpenedFile file) {
        Span span = Span.near(dice, ids.area(file, 0));
        return switch (dice.weighted(4, 2, 6, 1)) {
            case 0 -> dirty(file, VfioType1.DIRTY_PAGES_START).put("argsz", PLAIN_DIRTY).done();
            case 1 -> dirty(file, VfioType1.DIRTY_PAGES_STOP).put("argsz", PLAIN_DIRTY).done();
            case 2 -> withBitmap(dirty(file, VfioType1.DIRTY_PAGES_GET_BITMAP).put("iova", span.start())
                    .put("size", span.length())).done();
            default -> dirty(file, dice.bits(7)).done();
        };
    }

    private Draft dirty(OpenedFile file, long flags) {
        return new Draft(dice, file, Request.DIRTY_PAGES).put("flags", flags);
    }

    /** Lets an iommufd answer requests of a container. */
    private Operation choose(OpenedFile file) {
        return new Draft(dice, file, Request.VFIO_IOAS).put("op", Iommufd.VFIO_IOAS_SET).put("ioas_id", ids.space(file))
                .done();
    }
}
