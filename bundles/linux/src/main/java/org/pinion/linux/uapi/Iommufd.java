package org.pinion.linux.uapi;

/** Numbers and flags of {@code /dev/iommu} (include/uapi/linux/iommufd.h). */
public final class Iommufd {

    /** {@link IommuDestroy}. */
    public static final int DESTROY = 0x3b80;

    /** {@link IommuIoasAlloc}. */
    public static final int IOAS_ALLOC = 0x3b81;

    /** {@link IommuIoasAllowIovas}. */
    public static final int IOAS_ALLOW_IOVAS = 0x3b82;

    /** {@link IommuIoasCopy}. */
    public static final int IOAS_COPY = 0x3b83;

    /** {@link IommuIoasIovaRanges}. */
    public static final int IOAS_IOVA_RANGES = 0x3b84;

    /** {@link IommuIoasMap}. */
    public static final int IOAS_MAP = 0x3b85;

    /** {@link IommuIoasUnmap}. */
    public static final int IOAS_UNMAP = 0x3b86;

    /** {@link IommuOption}. */
    public static final int OPTION = 0x3b87;

    /** {@link IommuHwptAlloc}. */
    public static final int HWPT_ALLOC = 0x3b89;

    /** {@link IommuIoasMapFile}. */
    public static final int IOAS_MAP_FILE = 0x3b8f;

    /** Map at the given IO virtual address. */
    public static final int MAP_FIXED_IOVA = 1;

    /** The device may write. */
    public static final int MAP_WRITEABLE = 2;

    /** The device may read. */
    public static final int MAP_READABLE = 4;

    /** How pinned pages are charged: 0 per user, 1 per process. */
    public static final int OPTION_RLIMIT_MODE = 0;

    /** Whether huge IOMMU pages are used. */
    public static final int OPTION_HUGE_PAGES = 1;

    /** Set an option. */
    public static final int OPTION_SET = 0;

    /** Get an option. */
    public static final int OPTION_GET = 1;

    /** {@link IommuVfioIoas}. */
    public static final int VFIO_IOAS = 0x3b88;

    /** {@link IommuHwInfo}. */
    public static final int GET_HW_INFO = 0x3b8a;

    /** {@link IommuHwptSetDirtyTracking}. */
    public static final int HWPT_SET_DIRTY_TRACKING = 0x3b8b;

    /** {@link IommuHwptGetDirtyBitmap}. */
    public static final int HWPT_GET_DIRTY_BITMAP = 0x3b8c;

    /** {@code struct iommu_hwpt_invalidate}: forget what a page table on top of another one has cached. */
    public static final int HWPT_INVALIDATE = 0x3b8d;

    /** {@code struct iommu_fault_alloc}: make a queue for page faults of devices. */
    public static final int FAULT_QUEUE_ALLOC = 0x3b8e;

    /** {@code struct iommu_viommu_alloc}: make a guest's IOMMU. */
    public static final int VIOMMU_ALLOC = 0x3b90;

    /** {@code struct iommu_vdevice_alloc}: give a device to a guest's IOMMU. */
    public static final int VDEVICE_ALLOC = 0x3b91;

    /** {@code struct iommu_ioas_change_process}: charge what is mapped to the process that asks. */
    public static final int IOAS_CHANGE_PROCESS = 0x3b92;

    /** Ask which address space it is. */
    public static final int VFIO_IOAS_GET = 0;

    /** Choose an address space. */
    public static final int VFIO_IOAS_SET = 1;

    /** Have none. */
    public static final int VFIO_IOAS_CLEAR = 2;

    /** The page table can be the parent of a nested one. */
    public static final int HWPT_ALLOC_NEST_PARENT = 1;

    /** The page table can tell which pages devices wrote. */
    public static final int HWPT_ALLOC_DIRTY_TRACKING = 2;

    /** Page faults go to a queue. */
    public static final int HWPT_FAULT_ID_VALID = 4;

    /** The page table can be attached to a PASID, and to a device whose PASIDs are attached to others. */
    public static final int HWPT_ALLOC_PASID = 8;

    /** Start telling which pages devices wrote; without it: stop. */
    public static final int HWPT_DIRTY_TRACKING_ENABLE = 1;

    /** Leave the pages marked as written. */
    public static final int HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1;

    /** The IOMMU can tell which pages devices wrote. */
    public static final int HW_CAP_DIRTY_TRACKING = 1;

    /** The device can execute with a process address space id. */
    public static final int HW_CAP_PCI_PASID_EXEC = 2;

    /** The device can use a process address space id in privileged mode. */
    public static final int HW_CAP_PCI_PASID_PRIV = 4;

    /** It tells nothing of its own. */
    public static final int HW_INFO_NONE = 0;

    /** An Intel IOMMU. */
    public static final int HW_INFO_INTEL_VTD = 1;

    /** An Arm SMMUv3. */
    public static final int HW_INFO_ARM_SMMUV3 = 2;

    /** An AMD IOMMU. */
    public static final int HW_INFO_AMD = 4;

    private Iommufd() {}
}
