package org.pinion.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.Errno;

/** A rule that a kernel gets wrong, in the requests that pass through {@link FaultyKernel}. */
enum SeededError {

    /** Says EINVAL where something is mapped already. */
    MAPPED_ALREADY_IS_INVALID(Request.IOAS_MAP) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            return answer == Errno.EEXIST.answer() ? Errno.EINVAL.answer() : answer;
        }
    },

    /** Takes it for done if there is nothing to unmap. */
    NOTHING_TO_UNMAP_IS_FINE(Request.IOAS_UNMAP) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            return answer == Errno.ENOENT.answer() ? 0 : answer;
        }
    },

    /** Tells a page too much. */
    UNMAPS_A_PAGE_MORE(Request.IOAS_UNMAP) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            add(struct, "length", answer == 0 ? Ram.PAGE : 0);
            return answer;
        }
    },

    /** Drops the leave to write without a word. */
    COPIES_FOR_READING(Request.IOAS_COPY) {
        private static final int BOTH = 6;

        @Override
        int run(Call call, MemorySegment struct) {
            long flags = get(struct, "flags");
            put(struct, "flags", (flags & BOTH) == BOTH ? flags & ~2L : flags);
            int answer = call.run();
            put(struct, "flags", flags);
            return answer;
        }
    },

    /** Forgets what only may be chosen from. */
    IGNORES_ALLOWED_ADDRESSES(Request.IOAS_ALLOW_IOVAS) {
        @Override
        int run(Call call, MemorySegment struct) {
            long count = get(struct, "num_iovas");
            put(struct, "num_iovas", 0);
            int answer = call.run();
            put(struct, "num_iovas", count);
            return answer;
        }
    },

    /** Says that something in use is not there. */
    IN_USE_IS_NOT_THERE(Request.DESTROY) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            return answer == Errno.EBUSY.answer() ? Errno.ENOENT.answer() : answer;
        }
    },

    /** Keeps pages marked as written that were told. */
    TELLS_WRITTEN_PAGES_TWICE(Request.HWPT_GET_DIRTY_BITMAP) {
        @Override
        int run(Call call, MemorySegment struct) {
            long flags = get(struct, "flags");
            put(struct, "flags", flags == 0 ? 1 : flags);
            int answer = call.run();
            put(struct, "flags", flags);
            return answer;
        }
    },

    /** Never leaves a page size that is too large out of account. */
    KEEPS_HUGE_PAGES(Request.OPTION) {
        @Override
        int run(Call call, MemorySegment struct) {
            boolean off = get(struct, "option_id") == 1 && get(struct, "op") == 0 && get(struct, "val64") == 0;
            put(struct, "val64", off ? 1 : get(struct, "val64"));
            int answer = call.run();
            put(struct, "val64", off ? 0 : get(struct, "val64"));
            return answer;
        }
    },

    /** A container lets its kind be chosen again. */
    CHOOSES_TWICE(Request.SET_IOMMU) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            return answer == Errno.EINVAL.answer() ? 0 : answer;
        }
    },

    /** A container lets half of a mapping be unmapped, it says. */
    CUTS_MAPPINGS(Request.UNMAP_DMA) {
        @Override
        int run(Call call, MemorySegment struct) {
            int answer = call.run();
            boolean whole = get(struct, "flags") == 0 && get(struct, "argsz") == 24
                    && (get(struct, "iova") | get(struct, "size")) % Ram.PAGE == 0;
            return answer == Errno.EINVAL.answer() && whole ? 0 : answer;
        }
    },

    /** Leaves a device attached, it seems. */
    NEVER_DETACHES(Request.DEVICE_DETACH) {
        @Override
        int run(Call call, MemorySegment struct) {
            return 0;
        }
    },

    /** Copies a byte less. */
    COPIES_A_BYTE_LESS(Request.MOCK_ACCESS_RW) {
        @Override
        int run(Call call, MemorySegment struct) {
            long length = get(struct, "length");
            put(struct, "length", length > 1 ? length - 1 : length);
            int answer = call.run();
            put(struct, "length", length);
            return answer;
        }
    },

    /** Goes on charging the user, and says that it does not. */
    CHARGES_THE_USER_ALWAYS(Request.OPTION, "7.3 none choosing") {
        @Override
        int run(Call call, MemorySegment struct) {
            boolean sets = get(struct, "option_id") == 0 && get(struct, "op") == 0;
            long value = get(struct, "val64");
            put(struct, "val64", sets && value == 1 ? 0 : value);
            int answer = call.run();
            put(struct, "val64", value);
            return answer;
        }
    },

    /** Lets a dma-buf be mapped that was taken away. */
    TAKES_NO_BUFFER_AWAY(Request.MOCK_DMABUF_REVOKE) {
        @Override
        int run(Call call, MemorySegment struct) {
            long revoked = get(struct, "revoked");
            put(struct, "revoked", 0);
            int answer = call.run();
            put(struct, "revoked", revoked);
            return answer;
        }
    };

    /** The request as the right kernel takes it. */
    @FunctionalInterface
    interface Call {
        int run();
    }

    private final Request request;
    private final Machine machine;

    SeededError(Request request) {
        this(request, "7.3 intel");
    }

    SeededError(Request request, String machine) {
        this.request = request;
        this.machine = Machine.parse(machine);
    }

    /** Where it shows. */
    Machine machine() {
        return machine;
    }

    abstract int run(Call call, MemorySegment struct);

    /** Whether a request is one that is got wrong. */
    boolean meets(int number, MemorySegment struct) {
        return request.number() == number && (request.mockOp() == 0
                || struct.get(ValueLayout.JAVA_INT, Integer.BYTES) == request.mockOp());
    }

    long get(MemorySegment struct, String name) {
        Field field = request.field(name);
        return switch (field.width()) {
            case Long.BYTES -> struct.get(ValueLayout.JAVA_LONG, field.offset());
            case Integer.BYTES -> struct.get(ValueLayout.JAVA_INT, field.offset());
            default -> struct.get(ValueLayout.JAVA_SHORT, field.offset());
        };
    }

    void put(MemorySegment struct, String name, long value) {
        Field field = request.field(name);
        switch (field.width()) {
            case Long.BYTES -> struct.set(ValueLayout.JAVA_LONG, field.offset(), value);
            case Integer.BYTES -> struct.set(ValueLayout.JAVA_INT, field.offset(), (int) value);
            default -> struct.set(ValueLayout.JAVA_SHORT, field.offset(), (short) value);
        }
    }

    void add(MemorySegment struct, String name, long value) {
        put(struct, name, get(struct, name) + value);
    }
}
