package org.pinion.api;

/** The keys under which sources put what they know about a section; unknown keys are kept and ignored. */
public final class SectionFacts {

    /** The memory device that the section shows: {@code virtio-mem}, {@code dimm}, {@code nvdimm} … */
    public static final String MEMORY_DEVICE = "memory-device";

    /** Bytes of a virtio-mem device that are plugged, decimal. */
    public static final String PLUGGED_SIZE = "plugged-size";

    /** Bytes that a virtio-mem device could have at most, decimal. */
    public static final String MAX_SIZE = "max-size";

    /** Bytes of one block of a virtio-mem device, decimal. */
    public static final String BLOCK_SIZE = "block-size";

    /** {@code true} if the memory keeps its content without power. */
    public static final String NONVOLATILE = "nonvolatile";

    /** {@code true} if the memory is encrypted for a confidential guest. */
    public static final String PROTECTED = "protected";

    /**
     * The address spaces behind a virtual IOMMU that translates, comma-separated: devices there do not see this section
     * at its address, but what the guest's driver maps for them.
     */
    public static final String TRANSLATED_BY = "translated-by";

    /**
     * Since when the section shows as it does, in the source's own terms: it differs where a source has taken a section
     * away and shown an equal one again.
     */
    public static final String SHOWN_SINCE = "shown-since";

    private SectionFacts() {}
}
