package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_pci_hot_reset_info} (include/uapi/linux/vfio.h): which functions a hot reset resets. */
public final class VfioPciHotResetInfo extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioPciHotResetInfo(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioPciHotResetInfo allocate(Arena arena) {
        return allocate(arena, 0);
    }

    /**
     * A new structure, zeroed, that knows its size, with room behind it.
     *
     * @param arena what it lives in
     * @param devices room for how many functions
     * @return the structure
     */
    public static VfioPciHotResetInfo allocate(Arena arena, int devices) {
        long bytes = SIZE + (long) devices * VfioPciDependentDevice.SIZE;
        VfioPciHotResetInfo struct = new VfioPciHotResetInfo(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /** {@return {@code flags}: {@link Vfio#HOT_RESET_DEV_ID}, {@link Vfio#HOT_RESET_DEV_ID_OWNED}} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Vfio#HOT_RESET_DEV_ID}, {@link Vfio#HOT_RESET_DEV_ID_OWNED}
     * @return this
     */
    public VfioPciHotResetInfo flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code count}: how many functions there are} */
    public int count() {
        return getInt(8);
    }

    /**
     * @param count {@code count}: how many functions there are
     * @return this
     */
    public VfioPciHotResetInfo count(int count) {
        setInt(8, count);
        return this;
    }

    /**
     * @param index the number of the function, from 0
     * @return the function
     */
    public VfioPciDependentDevice device(int index) {
        long offset = SIZE + (long) index * VfioPciDependentDevice.SIZE;
        return new VfioPciDependentDevice(memory().asSlice(offset, VfioPciDependentDevice.SIZE));
    }
}
