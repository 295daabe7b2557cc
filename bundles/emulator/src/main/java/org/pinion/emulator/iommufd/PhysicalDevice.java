package org.pinion.emulator.iommufd;

/** A device bound to an iommufd ({@code struct iommufd_device}). Guarded by the iommufd's lock. */
final class PhysicalDevice extends IommufdObject {

    private final DeviceIommu iommu;
    private final DeviceGroup group;
    private Pasids pasids;

    PhysicalDevice(DeviceIommu iommu, DeviceGroup group) {
        this.iommu = iommu;
        this.group = group;
    }

    DeviceIommu iommu() {
        return iommu;
    }

    DeviceGroup group() {
        return group;
    }

    /** What its PASIDs are attached to. */
    Pasids pasids() {
        return pasids;
    }

    void pasids(Pasids all) {
        pasids = all;
    }

    /** The device, or a PASID of it, goes from a page table: nobody answers its page faults there any more. */
    void leaving(PageTable table) {
        table.faults().ifPresent(queue -> queue.forget(this));
    }

    boolean attached() {
        return group.attached(this);
    }

    /** The page table that its DMA goes through, or null. */
    PageTable pageTable() {
        return attached() ? group.pageTable() : null;
    }
}
