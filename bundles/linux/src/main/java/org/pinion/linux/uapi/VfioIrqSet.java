package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_irq_set} (include/uapi/linux/vfio.h): arms, masks or triggers interrupts of a VFIO device. */
public final class VfioIrqSet extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 20;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIrqSet(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIrqSet allocate(Arena arena) {
        return allocate(arena, 0);
    }

    /**
     * A new structure, zeroed, that knows its size, with room behind it.
     *
     * @param arena what it lives in
     * @param dataBytes bytes of data
     * @return the structure
     */
    public static VfioIrqSet allocate(Arena arena, int dataBytes) {
        long bytes = SIZE + (long) dataBytes;
        VfioIrqSet struct = new VfioIrqSet(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /** {@return {@code flags}: one of {@code Vfio.IRQ_SET_DATA_*} and one of {@code Vfio.IRQ_SET_ACTION_*}} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: one of {@code Vfio.IRQ_SET_DATA_*} and one of {@code Vfio.IRQ_SET_ACTION_*}
     * @return this
     */
    public VfioIrqSet flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code index}: which interrupt type} */
    public int index() {
        return getInt(8);
    }

    /**
     * @param index {@code index}: which interrupt type
     * @return this
     */
    public VfioIrqSet index(int index) {
        setInt(8, index);
        return this;
    }

    /** {@return {@code start}: the first interrupt} */
    public int start() {
        return getInt(12);
    }

    /**
     * @param start {@code start}: the first interrupt
     * @return this
     */
    public VfioIrqSet start(int start) {
        setInt(12, start);
        return this;
    }

    /** {@return {@code count}: how many interrupts} */
    public int count() {
        return getInt(16);
    }

    /**
     * @param count {@code count}: how many interrupts
     * @return this
     */
    public VfioIrqSet count(int count) {
        setInt(16, count);
        return this;
    }

    /** {@return {@code data}: what follows, such as a descriptor of 32 bits for every interrupt} */
    public MemorySegment data() {
        return memory().asSlice(SIZE);
    }
}
