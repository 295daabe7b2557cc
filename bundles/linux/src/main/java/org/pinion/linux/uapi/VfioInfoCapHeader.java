package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_info_cap_header} (include/uapi/linux/vfio.h): the beginning of every capability in a chain. */
public final class VfioInfoCapHeader extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioInfoCapHeader(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioInfoCapHeader allocate(Arena arena) {
        return new VfioInfoCapHeader(arena.allocate(SIZE, 8));
    }

    /** {@return {@code id}: which capability it is} */
    public short id() {
        return getShort(0);
    }

    /**
     * @param id {@code id}: which capability it is
     * @return this
     */
    public VfioInfoCapHeader id(short id) {
        setShort(0, id);
        return this;
    }

    /** {@return {@code version}: its version} */
    public short version() {
        return getShort(2);
    }

    /**
     * @param version {@code version}: its version
     * @return this
     */
    public VfioInfoCapHeader version(short version) {
        setShort(2, version);
        return this;
    }

    /**
     * {@return {@code next}: where the next one begins, bytes from the beginning of the structure that is asked for; 0
     * ends the chain}
     */
    public int next() {
        return getInt(4);
    }

    /**
     * @param next {@code next}: where the next one begins, bytes from the beginning of the structure that is asked for;
     *     0 ends the chain
     * @return this
     */
    public VfioInfoCapHeader next(int next) {
        setInt(4, next);
        return this;
    }
}
