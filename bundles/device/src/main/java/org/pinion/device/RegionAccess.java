package org.pinion.device;

/**
 * One access to a region.
 *
 * @param call what is tried, for messages
 * @param at where in the device's file
 */
record RegionAccess(String call, long at) {

    /** An access that the region has room for. */
    static RegionAccess of(String verb, DeviceRegion region, long offset, long length, String device)
            throws RegionAccessException {
        String call =
                "%s 0x%x bytes at 0x%x of region %d of %s".formatted(verb, length, offset, region.index(), device);
        RegionAccess access = new RegionAccess(call, region.fileOffset() + offset);
        access.require(region.size() != 0, "the device does not have the region");
        access.require(region.contains(offset, length), "the region ends at 0x%x".formatted(region.size()));
        return access;
    }

    void require(boolean condition, String otherwise) throws RegionAccessException {
        if (!condition) {
            throw new RegionAccessException(call, otherwise);
        }
    }
}
