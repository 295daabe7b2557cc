package org.pinion.fuzz;

import java.util.List;
import org.pinion.linux.uapi.Iommufd;

/** Makes up requests about page tables of an iommufd, and about the devices below them. */
final class TableRequests {

    private static final long[] PAGE_SIZES = {2048, 4096, 4096, 8192, 1 << 20, 3, 0};
    private static final long BITS = 8L * Side.DATA_SIZE;
    private static final int FLAGS = 0xf;
    private static final List<Long> FLAGS_TO_TRY = List.of(0L, 0L, 2L, 2L, 2L, 2L, 1L, 3L, 4L, 8L, 8L, 8L, 10L);
    private static final int MOCK_DATA = 0xdead;
    private static final int MOCK_INVALIDATION = 0;

    private final Dice dice;
    private final Ids ids;

    TableRequests(Dice dice) {
        this.dice = dice;
        this.ids = new Ids(dice);
    }

    Operation next(World world, OpenedFile file) {
        boolean dirty = !file.ids(OpenedFile.Id.DIRTY_TABLE).isEmpty();
        return switch (dirty ? dice.weighted(6, 2, 7, 10, 2, 1) : dice.weighted(12, 2, 1, 1, 2, 1)) {
            case 0 -> alloc(file);
            case 1 -> info(file);
            case 2 -> new Draft(dice, file, Request.HWPT_SET_DIRTY_TRACKING)
                    .put("hwpt_id", ids.dirtyTable(file)).put("flags", dice.below(4) == 0 ? 0 : 1).done();
            case 3 -> bitmap(file);
            case 4 -> invalidate(file);
            default -> new Draft(dice, file, Request.FAULT_QUEUE_ALLOC).makes(world.newSlot()).done();
        };
    }

    private Operation alloc(OpenedFile file) {
        long flags = dice.oneIn(12) ? dice.bits(FLAGS) : dice.pick(FLAGS_TO_TRY);
        long target = ids.target(file);
        if ((flags & Iommufd.HWPT_ALLOC_DIRTY_TRACKING) != 0 && largePages(file, (int) target)) {
            return SpaceRequests.smallPages(dice, file, target);
        }
        Draft draft = new Draft(dice, file, Request.HWPT_ALLOC).put("flags", flags)
                .put("dev_id", ids.any(file, OpenedFile.Id.DEVICE)).put("pt_id", target);
        if ((flags & Iommufd.HWPT_FAULT_ID_VALID) != 0) {
            draft.put("fault_id", ids.any(file, OpenedFile.Id.FAULT_QUEUE));
        }
        if (dice.oneIn(4)) {
            draft.put("data_type", MOCK_DATA).put("data_len", dice.oneIn(6) ? 4 : 8)
                    .array("data_uptr", List.of(0xbadbeefL | (long) dice.below(2) << 32));
        }
        return draft.done();
    }

    /** Which pages lie together in memory, and are told as one when written, is chance. */
    private static boolean largePages(OpenedFile file, int space) {
        return file.ids(OpenedFile.Id.IOAS).contains(space) && !file.ids(OpenedFile.Id.SMALL_PAGES).contains(space);
    }

    private Operation info(OpenedFile file) {
        return new Draft(dice, file, Request.GET_HW_INFO).put("dev_id", ids.any(file, OpenedFile.Id.DEVICE))
                .put("data_len", dice.below(3) * 8).put("data_uptr", Value.data(0)).done();
    }

    /** What is asked for fits into the bitmap, by the lowest bit of the page size as the kernel counts. */
    private Operation bitmap(OpenedFile file) {
        Operation.Ioctl written = file.written();
        if (written != null && !dice.oneIn(3)) {
            return bitmap(file, written.number("id"), written.number("page_size"),
                    new Span(written.number("iova"), written.number("length")));
        }
        long pageSize = PAGE_SIZES[dice.below(PAGE_SIZES.length)];
        OpenedFile.Area area = file.areas().isEmpty() ? null : dice.pick(file.areas());
        Span span = Span.near(dice, area);
        long most = Math.max(Long.lowestOneBit(pageSize), 1) * BITS;
        boolean fits = span.length() >= 0 && span.length() <= most;
        return bitmap(file, ids.dirtyTable(file), pageSize, new Span(span.start(), fits ? span.length() : most));
    }

    private Operation bitmap(OpenedFile file, long table, long pageSize, Span span) {
        return new Draft(dice, file, Request.HWPT_GET_DIRTY_BITMAP).put("hwpt_id", table)
                .put("flags", dice.below(2)).put("iova", span.start()).put("length", span.length())
                .put("page_size", pageSize).array("data", List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L)).done();
    }

    private Operation invalidate(OpenedFile file) {
        return new Draft(dice, file, Request.HWPT_INVALIDATE).put("hwpt_id", ids.table(file))
                .put("data_type", dice.oneIn(6) ? MOCK_DATA : MOCK_INVALIDATION)
                .put("entry_len", dice.oneIn(6) ? 4 : 8).put("entry_num", dice.below(3))
                .array("data_uptr", List.of((long) dice.below(3) | (long) dice.below(6) << 32,
                        (long) dice.below(2) | (long) dice.below(4) << 32)).done();
    }
}
