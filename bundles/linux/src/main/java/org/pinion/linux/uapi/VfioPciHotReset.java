package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_pci_hot_reset} (include/uapi/linux/vfio.h): resets all functions behind a slot or bus. */
public final class VfioPciHotReset extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioPciHotReset(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioPciHotReset allocate(Arena arena) {
        return allocate(arena, 0);
    }

    /**
     * A new structure, zeroed, that knows its size, with room behind it.
     *
     * @param arena what it lives in
     * @param groups how many descriptors follow
     * @return the structure
     */
    public static VfioPciHotReset allocate(Arena arena, int groups) {
        long bytes = SIZE + (long) groups * Integer.BYTES;
        VfioPciHotReset struct = new VfioPciHotReset(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /** {@return {@code flags}: must be 0} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: must be 0
     * @return this
     */
    public VfioPciHotReset flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code count}: how many descriptors of groups follow; 0 for a device bound to an iommufd} */
    public int count() {
        return getInt(8);
    }

    /**
     * @param count {@code count}: how many descriptors of groups follow; 0 for a device bound to an iommufd
     * @return this
     */
    public VfioPciHotReset count(int count) {
        setInt(8, count);
        return this;
    }

    /**
     * @param index the number of the descriptor, from 0
     * @return the descriptor of a group
     */
    public int groupFd(int index) {
        return getInt(SIZE + (long) index * Integer.BYTES);
    }

    /**
     * @param index the number of the descriptor, from 0
     * @param fd the descriptor of a group
     * @return this
     */
    public VfioPciHotReset groupFd(int index, int fd) {
        setInt(SIZE + (long) index * Integer.BYTES, fd);
        return this;
    }
}
