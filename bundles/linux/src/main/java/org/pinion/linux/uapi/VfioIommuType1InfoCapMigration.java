package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_info_cap_migration} (include/uapi/linux/vfio.h): how a container tells which pages
 * were written.
 */
public final class VfioIommuType1InfoCapMigration extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 32;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1InfoCapMigration(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1InfoCapMigration allocate(Arena arena) {
        return new VfioIommuType1InfoCapMigration(arena.allocate(SIZE, 8));
    }

    /** {@return {@code header.id}: which capability it is} */
    public short id() {
        return getShort(0);
    }

    /**
     * @param id {@code header.id}: which capability it is
     * @return this
     */
    public VfioIommuType1InfoCapMigration id(short id) {
        setShort(0, id);
        return this;
    }

    /** {@return {@code header.version}: its version} */
    public short version() {
        return getShort(2);
    }

    /**
     * @param version {@code header.version}: its version
     * @return this
     */
    public VfioIommuType1InfoCapMigration version(short version) {
        setShort(2, version);
        return this;
    }

    /** {@return {@code header.next}: where the next capability begins; 0 ends the chain} */
    public int next() {
        return getInt(4);
    }

    /**
     * @param next {@code header.next}: where the next capability begins; 0 ends the chain
     * @return this
     */
    public VfioIommuType1InfoCapMigration next(int next) {
        setInt(4, next);
        return this;
    }

    /** {@return {@code flags}: 0} */
    public int flags() {
        return getInt(8);
    }

    /**
     * @param flags {@code flags}: 0
     * @return this
     */
    public VfioIommuType1InfoCapMigration flags(int flags) {
        setInt(8, flags);
        return this;
    }

    /** {@return {@code pgsize_bitmap}: a bit for every size of page that can be asked for} */
    public long pgsizeBitmap() {
        return getLong(16);
    }

    /**
     * @param pgsizeBitmap {@code pgsize_bitmap}: a bit for every size of page that can be asked for
     * @return this
     */
    public VfioIommuType1InfoCapMigration pgsizeBitmap(long pgsizeBitmap) {
        setLong(16, pgsizeBitmap);
        return this;
    }

    /** {@return {@code max_dirty_bitmap_size}: bytes of the biggest bitmap} */
    public long maxDirtyBitmapSize() {
        return getLong(24);
    }

    /**
     * @param maxDirtyBitmapSize {@code max_dirty_bitmap_size}: bytes of the biggest bitmap
     * @return this
     */
    public VfioIommuType1InfoCapMigration maxDirtyBitmapSize(long maxDirtyBitmapSize) {
        setLong(24, maxDirtyBitmapSize);
        return this;
    }
}
