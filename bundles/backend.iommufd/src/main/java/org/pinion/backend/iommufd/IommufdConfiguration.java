package org.pinion.backend.iommufd;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of PID {@code org.pinion.backend.iommufd}; it counts for address spaces opened after it. */
@ObjectClassDefinition(name = "Pinion backend iommufd", description = "What iommufd is told about each address space")
@interface IommufdConfiguration {

    /** {@return whether page tables of IOMMUs have large pages where they can} */
    @AttributeDefinition(
            name = "Huge pages",
            description = "Whether page tables of IOMMUs have large pages (IOMMU_OPTION_HUGE_PAGES)")
    boolean huge_pages() default true;

    /** {@return who is charged for pinned memory} */
    @AttributeDefinition(
            name = "Charge for locked memory",
            description = "Who is charged for pinned memory (IOMMU_OPTION_RLIMIT_MODE): the user, with all of its"
                    + " programs together, or this process alone, which needs CAP_SYS_RESOURCE",
            options = {@Option(label = "user", value = "user"), @Option(label = "process", value = "process")})
    String memlock_charge() default SessionOptions.USER;
}
