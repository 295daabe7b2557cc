package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.linux.uapi.Iommufd;

/** A request that is being made up. Now and then something about it is made wrong. */
final class Draft {

    /**
     * Fields that say how much memory is meant, or where it is: a wrong one would reach memory of others. And such as
     * are made wrong elsewhere.
     */
    private static final Set<String> KEPT = Set.of("length", "size", "num_iovas", "data_len", "page_size", "pgsize",
            "bitmap_size", "entry_len", "entry_num", "allowed_iovas", "data_uptr", "data", "bitmap", "uptr", "user_va",
            "vaddr", "token_uuid_ptr", "op", "fd", "iommufd", "pt_id", "object_id", "val64", "open_flags");

    private static final int ONE_WRONG_IN = 30;

    /**
     * MOCK_FLAGS_SYZ of kernels built for tests: it lets a fuzzer of the kernel name an area by its number, in requests
     * that map and copy. No other kernel knows it.
     */
    private static final int KERNEL_TEST_BIT = 16;

    private final Dice dice;
    private final int file;
    private final Request request;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<Long> array = new ArrayList<>();
    private int made = Operation.NONE;

    Draft(Dice dice, OpenedFile file, Request request) {
        this.dice = dice;
        this.file = file.slot();
        this.request = request;
    }

    Draft put(String field, long number) {
        return put(field, Value.number(number));
    }

    Draft put(String field, Value value) {
        if (value.base() == Value.Base.NUMBER && value.number() == 0) {
            values.remove(field);
        } else {
            values.put(field, value);
        }
        return this;
    }

    /** A pointer to an array. */
    Draft array(String field, List<Long> numbers) {
        array.addAll(numbers);
        values.put(field, Value.data(0));
        return this;
    }

    Draft makes(int slot) {
        made = slot;
        return this;
    }

    Operation done() {
        if (dice.oneIn(ONE_WRONG_IN)) {
            spoil();
        }
        return new Operation.Ioctl(made, file, request, values, array);
    }

    private void spoil() {
        switch (dice.below(4)) {
            case 0 -> spoilSize();
            case 1 -> {
                if (request.fields().stream().anyMatch(field -> field.name().equals("reserved"))) {
                    put("reserved", 1 + dice.below(3));
                }
            }
            case 2 -> {
                if (request.fields().stream().anyMatch(field -> field.name().equals("flags"))) {
                    int bit = dice.below(32);
                    boolean left = bit == KERNEL_TEST_BIT
                            || request == Request.HWPT_ALLOC && 1L << bit == Iommufd.HWPT_ALLOC_DIRTY_TRACKING;
                    put("flags", left ? 0 : 1L << bit);
                }
            }
            default -> {
                Field field = dice.pick(request.fields());
                Value value = values.get(field.name());
                boolean file = field.file() || value != null && value.base() == Value.Base.FILE;
                if (!KEPT.contains(field.name()) && field.offset() != 0 && !file) {
                    put(field.name(), dice.oneIn(2) ? dice.below(12) : dice.edge());
                }
            }
        }
    }

    private void spoilSize() {
        if (!request.sized()) {
            return;
        }
        int size = request.size();
        int[] sizes = {0, 4, 8, 12, 16, 20, 24, 28, 32, size - 4, size - 1, size + 1, size + 4, size + 64};
        int chosen = sizes[dice.below(sizes.length)];
        put(request.fields().getFirst().name(), chosen);
        if (chosen >= size + Integer.BYTES && dice.oneIn(2)) {
            put(Request.TAIL, 1 + dice.below(255));
        }
    }
}
