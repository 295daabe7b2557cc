package org.pinion.emulator.iommufd;

/** Something of an iommufd that has an id. Guarded by the iommufd's lock. */
abstract sealed class IommufdObject permits Ioas, PageTable, PhysicalDevice, EmulatedAccess, FaultQueue,
        VirtualIommu, MockHandle {

    private int id;
    private int users;

    final int id() {
        return id;
    }

    final void id(int given) {
        id = given;
    }

    final void use() {
        users++;
    }

    final void release() {
        users--;
    }

    /** Whether something else needs this object, so that it cannot be destroyed. */
    final boolean inUse() {
        return users > 0;
    }

    /** Gives back what it holds; it has no id any more. */
    void destroyed() {
        // Most objects hold nothing.
    }
}
