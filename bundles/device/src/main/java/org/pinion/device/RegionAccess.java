package org.pinion.device;

/**
 * One access to a region.
 *
 * @param call what is tried, for messages
 * @param at where in the device's file
 */
record RegionAccess(String call, long at) {

    void require(boolean condition, String otherwise) throws RegionAccessException {
        if (!condition) {
            throw new RegionAccessException(call, otherwise);
        }
    }
}
