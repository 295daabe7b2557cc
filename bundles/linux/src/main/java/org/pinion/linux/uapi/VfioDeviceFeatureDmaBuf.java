package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_device_feature_dma_buf} (include/uapi/linux/vfio.h): makes a dma-buf of parts of a BAR; the ioctl
 * answers its descriptor.
 */
public final class VfioDeviceFeatureDmaBuf extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceFeatureDmaBuf(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceFeatureDmaBuf allocate(Arena arena) {
        return new VfioDeviceFeatureDmaBuf(arena.allocate(SIZE, 8));
    }

    /** {@return {@code region_index}: which BAR} */
    public int regionIndex() {
        return getInt(0);
    }

    /**
     * @param regionIndex {@code region_index}: which BAR
     * @return this
     */
    public VfioDeviceFeatureDmaBuf regionIndex(int regionIndex) {
        setInt(0, regionIndex);
        return this;
    }

    /** {@return {@code open_flags}: flags of {@code open(2)} for the descriptor} */
    public int openFlags() {
        return getInt(4);
    }

    /**
     * @param openFlags {@code open_flags}: flags of {@code open(2)} for the descriptor
     * @return this
     */
    public VfioDeviceFeatureDmaBuf openFlags(int openFlags) {
        setInt(4, openFlags);
        return this;
    }

    /** {@return {@code flags}: must be 0} */
    public int flags() {
        return getInt(8);
    }

    /**
     * @param flags {@code flags}: must be 0
     * @return this
     */
    public VfioDeviceFeatureDmaBuf flags(int flags) {
        setInt(8, flags);
        return this;
    }

    /** {@return {@code nr_ranges}: how many ranges follow} */
    public int nrRanges() {
        return getInt(12);
    }

    /**
     * @param nrRanges {@code nr_ranges}: how many ranges follow
     * @return this
     */
    public VfioDeviceFeatureDmaBuf nrRanges(int nrRanges) {
        setInt(12, nrRanges);
        return this;
    }

    /**
     * @param index the number of the range, from 0
     * @return the range
     */
    public VfioRegionDmaRange range(int index) {
        long offset = SIZE + (long) index * VfioRegionDmaRange.SIZE;
        return new VfioRegionDmaRange(memory().asSlice(offset, VfioRegionDmaRange.SIZE));
    }
}
