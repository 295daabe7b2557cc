package org.pinion.doctor.facts;

/** A part of the kernel that devices in user space need. */
public enum KernelPart {
    /** {@code /dev/iommu}. */
    IOMMUFD("IOMMUFD", "iommufd"),
    /** {@code /dev/vfio/vfio} and all of VFIO. */
    VFIO("VFIO", "vfio"),
    /** The driver that hands PCI functions to user space. */
    VFIO_PCI("VFIO_PCI", "vfio-pci"),
    /** The IOMMU driver of VFIO containers. */
    VFIO_IOMMU_TYPE1("VFIO_IOMMU_TYPE1", "vfio_iommu_type1");

    private final String option;
    private final String module;

    KernelPart(String option, String module) {
        this.option = option;
        this.module = module;
    }

    /** {@return the option that builds it, without {@code CONFIG_}} */
    public String option() {
        return option;
    }

    /** {@return the module, as modprobe takes it and its file is called} */
    public String module() {
        return module;
    }

    /** {@return the module as {@code /sys/module} calls it} */
    String directory() {
        return module.replace('-', '_');
    }
}
