package org.pinion.linux.uapi;

/** Numbers and flags of VFIO devices (include/uapi/linux/vfio.h). */
public final class Vfio {

    /** {@link VfioDeviceInfo}. */
    public static final int DEVICE_GET_INFO = 0x3b6b;

    /** {@link VfioRegionInfo}. */
    public static final int DEVICE_GET_REGION_INFO = 0x3b6c;

    /** Resets the device; no argument. */
    public static final int DEVICE_RESET = 0x3b6f;

    /** {@link VfioDeviceBindIommufd}. */
    public static final int DEVICE_BIND_IOMMUFD = 0x3b76;

    /** {@link VfioDeviceAttachIommufdPt}. */
    public static final int DEVICE_ATTACH_IOMMUFD_PT = 0x3b77;

    /** {@link VfioDeviceDetachIommufdPt}. */
    public static final int DEVICE_DETACH_IOMMUFD_PT = 0x3b78;

    /** Device flag: it can be reset. */
    public static final int DEVICE_RESETTABLE = 1;

    /** Device flag: it is a PCI function. */
    public static final int DEVICE_PCI = 2;

    /** Region flag: it can be read. */
    public static final int REGION_READ = 1;

    /** Region flag: it can be written. */
    public static final int REGION_WRITE = 2;

    /** Region flag: it can be mapped into a process. */
    public static final int REGION_MMAP = 4;

    /** Region flag: capabilities follow. */
    public static final int REGION_CAPS = 8;

    /** The region that is PCI configuration space. */
    public static final int PCI_CONFIG_REGION = 7;

    private Vfio() {}
}
