package org.pinion.linux.uapi;

/** Numbers and flags of VFIO devices and groups (include/uapi/linux/vfio.h); those of containers: {@link VfioType1}. */
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

    /** Region capability: only parts can be mapped, {@link VfioRegionInfoCapSparseMmap}. */
    public static final int REGION_CAP_SPARSE_MMAP = 1;

    /** Region capability: the pages of the MSI-X table can be mapped too. */
    public static final int REGION_CAP_MSIX_MAPPABLE = 3;

    /** The region that is the expansion ROM. */
    public static final int PCI_ROM_REGION = 6;

    /** {@link VfioIrqInfo}. */
    public static final int DEVICE_GET_IRQ_INFO = 0x3b6d;

    /** {@link VfioIrqSet}. */
    public static final int DEVICE_SET_IRQS = 0x3b6e;

    /** {@link VfioPciHotResetInfo}. */
    public static final int DEVICE_GET_PCI_HOT_RESET_INFO = 0x3b70;

    /** {@link VfioPciHotReset}. */
    public static final int DEVICE_PCI_HOT_RESET = 0x3b71;

    /** {@link VfioDeviceFeature}. */
    public static final int DEVICE_FEATURE = 0x3b75;

    /** Interrupt type: a pin. */
    public static final int PCI_INTX_IRQ = 0;

    /** Interrupt type: MSI. */
    public static final int PCI_MSI_IRQ = 1;

    /** Interrupt type: MSI-X. */
    public static final int PCI_MSIX_IRQ = 2;

    /** Interrupt type: an error that cannot be recovered from. */
    public static final int PCI_ERR_IRQ = 3;

    /** Interrupt type: the host wants the device back. */
    public static final int PCI_REQ_IRQ = 4;

    /** Interrupt flag: an eventfd can be signalled. */
    public static final int IRQ_EVENTFD = 1;

    /** Interrupt flag: it can be masked. */
    public static final int IRQ_MASKABLE = 2;

    /** Interrupt flag: it masks itself when it is raised. */
    public static final int IRQ_AUTOMASKED = 4;

    /** Interrupt flag: their number is fixed when they are armed. */
    public static final int IRQ_NORESIZE = 8;

    /** No data follow. */
    public static final int IRQ_SET_DATA_NONE = 1;

    /** A byte of 0 or 1 for every interrupt follows. */
    public static final int IRQ_SET_DATA_BOOL = 2;

    /** An eventfd's descriptor for every interrupt follows; -1 disarms. */
    public static final int IRQ_SET_DATA_EVENTFD = 4;

    /** Mask. */
    public static final int IRQ_SET_ACTION_MASK = 8;

    /** Unmask. */
    public static final int IRQ_SET_ACTION_UNMASK = 16;

    /** Trigger, or with eventfds: arm. */
    public static final int IRQ_SET_ACTION_TRIGGER = 32;

    /** Feature flag: get its data. */
    public static final int FEATURE_GET = 1 << 16;

    /** Feature flag: set its data. */
    public static final int FEATURE_SET = 1 << 17;

    /** Feature flag: ask whether getting or setting is possible. */
    public static final int FEATURE_PROBE = 1 << 18;

    /** Feature: make a dma-buf of a BAR, {@link VfioDeviceFeatureDmaBuf}. */
    public static final int FEATURE_DMA_BUF = 11;

    /** Hot reset: functions are told by their ids in the iommufd. */
    public static final int HOT_RESET_DEV_ID = 1;

    /** Hot reset: all functions belong to the iommufd. */
    public static final int HOT_RESET_DEV_ID_OWNED = 2;

    /** {@link VfioGroupStatus}. */
    public static final int GROUP_GET_STATUS = 0x3b67;

    /** Puts a group into a container; the argument points to the container's descriptor. */
    public static final int GROUP_SET_CONTAINER = 0x3b68;

    /** Takes a group out of its container; no argument. */
    public static final int GROUP_UNSET_CONTAINER = 0x3b69;

    /** Answers the descriptor of a device of the group; the argument is its name, ended by a zero byte. */
    public static final int GROUP_GET_DEVICE_FD = 0x3b6a;

    /** Group flag: nobody but VFIO drives devices of the group. */
    public static final int GROUP_VIABLE = 1;

    /** Group flag: it is in a container. */
    public static final int GROUP_CONTAINER_SET = 2;

    private Vfio() {}
}
