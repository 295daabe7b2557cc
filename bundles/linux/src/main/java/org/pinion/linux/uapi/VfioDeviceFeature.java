package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_device_feature} (include/uapi/linux/vfio.h): asks for, gets or sets a feature of a VFIO device.
 */
public final class VfioDeviceFeature extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceFeature(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceFeature allocate(Arena arena) {
        return allocate(arena, 0);
    }

    /**
     * A new structure, zeroed, that knows its size, with room behind it.
     *
     * @param arena what it lives in
     * @param dataBytes bytes of the feature's own structure
     * @return the structure
     */
    public static VfioDeviceFeature allocate(Arena arena, int dataBytes) {
        long bytes = SIZE + (long) dataBytes;
        VfioDeviceFeature struct = new VfioDeviceFeature(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /**
     * {@return {@code flags}: the feature's number, with {@link Vfio#FEATURE_GET}, {@link Vfio#FEATURE_SET}, {@link
     * Vfio#FEATURE_PROBE}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: the feature's number, with {@link Vfio#FEATURE_GET}, {@link Vfio#FEATURE_SET}, {@link
     *     Vfio#FEATURE_PROBE}
     * @return this
     */
    public VfioDeviceFeature flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code data}: the feature's own structure} */
    public MemorySegment data() {
        return memory().asSlice(SIZE);
    }
}
