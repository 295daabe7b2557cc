package org.pinion.backend.vfio;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuFacts;
import org.pinion.api.ReservedRegion;
import org.pinion.device.IovaRanges;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.device.host.HostDevices;

/**
 * A group that a session has open, with what it allows, and its devices that the session knows. Its descriptor is
 * shared by all of them.
 */
final class LearnedGroup {

    private final Group group;
    private final IovaRanges ranges;
    private final long pageSizes;
    private final IommuFacts iommu;
    private final List<ReservedRegion> reserved;
    private final Map<String, List<BarExport>> bars = new TreeMap<>();
    private final Map<String, HostDevices.Found> learned = new TreeMap<>();
    private final Map<String, DeviceAccess> attached = new TreeMap<>();
    private boolean inside;

    /**
     * @param group the group, open and in no container
     * @param ranges what it lets be mapped, its reserved regions left out
     * @param pageSizes the sizes of pages that its IOMMU has, a bit for each
     * @param iommu what is known of that IOMMU
     * @param reserved these regions
     */
    LearnedGroup(
            Group group, IovaRanges ranges, long pageSizes, IommuFacts iommu, List<ReservedRegion> reserved) {
        this.group = group;
        this.ranges = ranges;
        this.pageSizes = pageSizes;
        this.iommu = iommu;
        this.reserved = reserved;
    }

    Group group() {
        return group;
    }

    List<ReservedRegion> reserved() {
        return reserved;
    }

    IovaRanges ranges() {
        return ranges;
    }

    /** {@return what a device of the group allows: what the group does, and what it lets others reach of itself} */
    DeviceLimits limits(String device) {
        List<BarExport> own = bars.getOrDefault(device, List.of());
        return new DeviceLimits(device, ranges.usable(), ranges.alignment(), reserved, own, pageSizes, iommu);
    }

    /** Goes on with a device that another object had attached. */
    void goOnWith(DeviceAccess device, List<BarExport> own) {
        attached.put(device.device().address(), device);
        bars.put(device.device().address(), own);
    }

    /** Remembers what a device lets others reach of itself. */
    void learned(HostDevices.Found found, List<BarExport> own) {
        learned.put(found.device().address(), found);
        bars.put(found.device().address(), own);
    }

    /** {@return the devices that are known and not attached} */
    Map<String, HostDevices.Found> learned() {
        return learned;
    }

    Map<String, DeviceAccess> attached() {
        return attached;
    }

    /** {@return whether none of its devices is known any more} */
    boolean isUnknown() {
        return learned.isEmpty() && attached.isEmpty();
    }

    /** {@return whether the group is in the session's container} */
    boolean inside() {
        return inside;
    }

    void inside(boolean now) {
        inside = now;
    }

    /** {@return whether one of its devices, learned about or attached, is an mdev} */
    boolean emulated(String address) {
        return attached.containsKey(address)
                ? attached.get(address).device().emulatedIommu()
                : learned.get(address).device().emulatedIommu();
    }

    /**
     * Whether an IOMMU's page table keeps memory pinned for it: with a container of VFIO's own for as long as it is
     * inside, with iommufd for as long as one of its devices is open.
     */
    boolean pins(boolean iommufd) {
        return inside
                && attached.values().stream()
                        .anyMatch(device -> !device.device().emulatedIommu() && (!iommufd || device.isOpen()));
    }
}
