package org.pinion.emulator.iommufd;

/**
 * A guest's IOMMU ({@code struct iommufd_viommu}), which mock devices alone have: page tables of the guest can be made
 * for it, and no device can be given to it. Guarded by the iommufd's lock.
 */
final class VirtualIommu extends IommufdObject {

    private final PageTable parent;

    VirtualIommu(PageTable parent) {
        this.parent = parent;
        parent.use();
    }

    /** What the guest's page tables are on top of. */
    PageTable parent() {
        return parent;
    }

    @Override
    void destroyed() {
        parent.release();
    }
}
