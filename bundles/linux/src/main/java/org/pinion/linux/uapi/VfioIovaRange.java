package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iova_range} (include/uapi/linux/vfio.h): a range of IO virtual addresses, its last address
 * included.
 */
public final class VfioIovaRange extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIovaRange(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIovaRange allocate(Arena arena) {
        return new VfioIovaRange(arena.allocate(SIZE, 8));
    }

    /** {@return {@code start}: the first address} */
    public long start() {
        return getLong(0);
    }

    /**
     * @param start {@code start}: the first address
     * @return this
     */
    public VfioIovaRange start(long start) {
        setLong(0, start);
        return this;
    }

    /** {@return {@code end}: the last address} */
    public long end() {
        return getLong(8);
    }

    /**
     * @param end {@code end}: the last address
     * @return this
     */
    public VfioIovaRange end(long end) {
        setLong(8, end);
        return this;
    }
}
