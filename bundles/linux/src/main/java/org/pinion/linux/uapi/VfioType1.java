package org.pinion.linux.uapi;

/**
 * Numbers and flags of VFIO containers with a type1 IOMMU (include/uapi/linux/vfio.h). Some numbers mean something else
 * on devices, see {@link Vfio}.
 */
public final class VfioType1 {

    /** What {@link #GET_API_VERSION} answers. */
    public static final int API_VERSION = 0;

    /** Answers the version of the interface; no argument. */
    public static final int GET_API_VERSION = 0x3b64;

    /** Answers whether the container has an extension; the argument is the extension's number. */
    public static final int CHECK_EXTENSION = 0x3b65;

    /** Chooses the container's kind of IOMMU; the argument is {@link #TYPE1} or {@link #TYPE1_V2}. */
    public static final int SET_IOMMU = 0x3b66;

    /** {@link VfioIommuType1Info}. */
    public static final int GET_INFO = 0x3b70;

    /** {@link VfioIommuType1DmaMap}. */
    public static final int MAP_DMA = 0x3b71;

    /** {@link VfioIommuType1DmaUnmap}. */
    public static final int UNMAP_DMA = 0x3b72;

    /** {@link VfioIommuType1DirtyBitmap}. */
    public static final int DIRTY_PAGES = 0x3b75;

    /** Kind of IOMMU, and extension: mappings can be cut by unmapping. */
    public static final int TYPE1 = 1;

    /** Kind of IOMMU, and extension: what one request mapped is unmapped as a whole. */
    public static final int TYPE1_V2 = 3;

    /** Extension: DMA of every device is cache coherent. */
    public static final int DMA_CC = 4;

    /** Extension: everything can be unmapped at once. */
    public static final int UNMAP_ALL_EXTENSION = 9;

    /** Extension: addresses of the process can be exchanged under mappings. */
    public static final int UPDATE_VADDR = 10;

    /** The device may read. */
    public static final int MAP_READ = 1;

    /** The device may write. */
    public static final int MAP_WRITE = 2;

    /** Gives a mapping its address in the process again. */
    public static final int MAP_VADDR = 4;

    /** Tell which pages were written. */
    public static final int UNMAP_GET_DIRTY_BITMAP = 1;

    /** Unmap everything. */
    public static final int UNMAP_ALL = 2;

    /** Only forget the address in the process. */
    public static final int UNMAP_VADDR = 4;

    /** Start telling which pages were written. */
    public static final int DIRTY_PAGES_START = 1;

    /** Stop it. */
    public static final int DIRTY_PAGES_STOP = 2;

    /** Tell them. */
    public static final int DIRTY_PAGES_GET_BITMAP = 4;

    /** Info flag: sizes of pages are told. */
    public static final int INFO_PGSIZES = 1;

    /** Info flag: capabilities follow. */
    public static final int INFO_CAPS = 2;

    /** Capability: {@link VfioIommuType1InfoCapIovaRange}. */
    public static final int CAP_IOVA_RANGE = 1;

    /** Capability: {@link VfioIommuType1InfoCapMigration}. */
    public static final int CAP_MIGRATION = 2;

    /** Capability: {@link VfioIommuType1InfoDmaAvail}. */
    public static final int CAP_DMA_AVAIL = 3;

    private VfioType1() {}
}
