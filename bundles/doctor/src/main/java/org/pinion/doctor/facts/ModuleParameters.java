package org.pinion.doctor.facts;

/** The parameters of modules that matter here. */
public final class ModuleParameters {

    /** Whether iommufd takes devices whose interrupts are not isolated. */
    public static final String UNSAFE_INTERRUPTS_IOMMUFD = "/sys/module/iommufd/parameters/allow_unsafe_interrupts";

    /** Whether VFIO containers take devices whose interrupts are not isolated. */
    public static final String UNSAFE_INTERRUPTS_TYPE1 =
            "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";

    /** How many mappings a VFIO container may have. */
    public static final String DMA_ENTRY_LIMIT = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";

    private ModuleParameters() {}
}
