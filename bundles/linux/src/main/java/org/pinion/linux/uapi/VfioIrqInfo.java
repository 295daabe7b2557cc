package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_irq_info} (include/uapi/linux/vfio.h): what an interrupt type of a VFIO device has. */
public final class VfioIrqInfo extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIrqInfo(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIrqInfo allocate(Arena arena) {
        VfioIrqInfo struct = new VfioIrqInfo(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /**
     * {@return {@code flags}: {@link Vfio#IRQ_EVENTFD}, {@link Vfio#IRQ_MASKABLE}, {@link Vfio#IRQ_AUTOMASKED}, {@link
     * Vfio#IRQ_NORESIZE}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Vfio#IRQ_EVENTFD}, {@link Vfio#IRQ_MASKABLE}, {@link Vfio#IRQ_AUTOMASKED},
     *     {@link Vfio#IRQ_NORESIZE}
     * @return this
     */
    public VfioIrqInfo flags(int flags) {
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
    public VfioIrqInfo index(int index) {
        setInt(8, index);
        return this;
    }

    /** {@return {@code count}: how many interrupts of it} */
    public int count() {
        return getInt(12);
    }

    /**
     * @param count {@code count}: how many interrupts of it
     * @return this
     */
    public VfioIrqInfo count(int count) {
        setInt(12, count);
        return this;
    }
}
