package org.pinion.backend.vfio;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.Closing;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.device.host.HostDevices;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that a session has open, and their devices. A device is here from its preflight to its release or detach;
 * its group as long as one of its devices is, in the session's container as long as one of them is attached.
 */
final class SessionDevices {

    private static final Logger LOG = LoggerFactory.getLogger(SessionDevices.class);

    private final MappedContainer target;
    private final Preflight preflight;
    private final String space;
    private final Map<Integer, LearnedGroup> groups = new TreeMap<>();

    /**
     * @param target the session's container
     * @param preflight learns what groups allow
     * @param space the address space's name, for messages
     */
    SessionDevices(MappedContainer target, Preflight preflight, String space) {
        this.target = target;
        this.preflight = preflight;
        this.space = space;
    }

    /** {@return the open groups by number} */
    Map<Integer, LearnedGroup> groups() {
        return groups;
    }

    /** {@return whether an IOMMU's page table keeps memory pinned} */
    boolean pin() {
        for (LearnedGroup group : groups.values()) {
            if (group.pins(target.servedByIommufd())) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether a device, if it is open, is behind an IOMMU, for whose page tables the kernel pins} */
    boolean pins(String address) {
        return groupOf(address).map(group -> !group.emulated(address)).orElse(true);
    }

    /** {@return what the groups in the container reserve} */
    RangeSet reserved() {
        return RangeSet.of(groups.values().stream()
                .filter(LearnedGroup::inside)
                .flatMap(group -> group.reserved().stream())
                .map(ReservedRegion::range)
                .toList());
    }

    private Optional<LearnedGroup> groupOf(String address) {
        return groups.values().stream()
                .filter(group -> group.learned().containsKey(address) || group.attached().containsKey(address))
                .findFirst();
    }

    DeviceLimits preflight(String address) throws IommuException {
        Optional<LearnedGroup> known = groupOf(address);
        if (known.isPresent()) {
            return known.get().limits(address);
        }
        String operation = "preflight " + address + " for '" + space + "'";
        HostDevices.Found found = preflight.find(address, operation);
        int number = found.device().group();
        LearnedGroup group = groups.get(number);
        if (group == null) {
            group = preflight.run(found, operation);
            groups.put(number, group);
        } else {
            group.learned(found, preflight.bars(group, found, operation));
        }
        return group.limits(address);
    }

    DeviceAccess attach(String address) throws IommuException {
        String operation = "attach " + address + " to '" + space + "'";
        LearnedGroup group = groupOf(address).orElse(null);
        if (group == null || group.attached().containsKey(address)) {
            throw new IommuException(
                    operation, group == null ? "its limits were not learned before" : "it is attached already", "");
        }
        HostDevices.Found found = group.learned().get(address);
        DeviceAccess device;
        try {
            device = new DeviceAccess(found.device(), enter(group, address));
        } catch (ErrnoException failure) {
            throw preflight.refused(found, content(group), operation, failure);
        }
        group.learned().remove(address);
        group.attached().put(address, device);
        return device;
    }

    /** {@return an attached device, open; null if it is not attached} */
    VfioDevice attached(String address) {
        return groupOf(address)
                .map(group -> group.attached().get(address))
                .map(DeviceAccess::vfio)
                .orElse(null);
    }

    DeviceAccess handle(String address) throws IommuException {
        return groupOf(address)
                .map(group -> group.attached().get(address))
                .orElseThrow(() -> new IommuException(
                        "go on with " + address + " in '" + space + "'", "it is not attached", ""));
    }

    private JoinCauses.Content content(LearnedGroup group) {
        return new JoinCauses.Content(Optional.of(group.ranges().usable()), target.recorded(), target.bytes());
    }

    /** Opens a device, and lets its group in before, if it is outside; if anything fails, it is outside again. */
    private VfioDevice enter(LearnedGroup group, String address) throws ErrnoException, IommuException {
        boolean first = !group.inside();
        if (first) {
            target.admit(group.group());
            group.inside(true);
        }
        try {
            return openAndFill(group, address);
        } catch (ErrnoException | IommuException failure) {
            if (first) {
                dismissAfter(group, failure);
            }
            throw failure;
        }
    }

    /** The device comes first: it does no DMA before its driver says so, and a mapping that fails is known by name. */
    private VfioDevice openAndFill(LearnedGroup group, String address) throws ErrnoException, IommuException {
        VfioDevice vfio = group.group().openDevice(address);
        try {
            target.fill();
            return vfio;
        } catch (IommuException failure) {
            try {
                vfio.close();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    private void dismissAfter(LearnedGroup group, Exception failure) {
        try {
            dismiss(group);
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }

    private void dismiss(LearnedGroup group) throws ErrnoException {
        target.dismiss(group.group());
        group.inside(false);
    }

    /**
     * Takes a device out. If the kernel keeps its group in, the device counts as attached although it is closed: what
     * is mapped stays mapped, and detaching it again tries again.
     */
    void detach(String address) throws IommuException {
        String operation = "detach " + address + " from '" + space + "'";
        LearnedGroup group = groupOf(address)
                .filter(known -> known.attached().containsKey(address))
                .orElseThrow(() -> new IommuException(operation, "it is not attached", ""));
        closeDevice(operation, group.attached().get(address).vfio());
        if (group.attached().size() == 1) {
            leave(group, operation);
        }
        group.attached().remove(address);
        if (group.isUnknown()) {
            closeGroup(operation, group);
        }
    }

    private static void closeDevice(String operation, VfioDevice vfio) {
        try {
            vfio.close();
        } catch (ErrnoException complaint) {
            // The descriptor is gone, which is what was asked for.
            LOG.warn("{}: {}", operation, complaint.getMessage());
        }
    }

    private void leave(LearnedGroup group, String operation) throws IommuException {
        try {
            dismiss(group);
        } catch (ErrnoException failure) {
            Cause cause = failure.errno() == Errno.EBUSY
                    ? new Cause("a device of its group is still open: its BAR is mapped somewhere", "unmap the BAR")
                    : Cause.unknown(failure);
            throw cause.failing(operation, failure);
        }
    }

    private void closeGroup(String operation, LearnedGroup group) {
        groups.values().remove(group);
        try {
            group.group().close();
        } catch (ErrnoException complaint) {
            LOG.warn("{}: {}", operation, complaint.getMessage());
        }
    }

    void release(String address) throws IommuException {
        String operation = "release " + address + " from '" + space + "'";
        LearnedGroup group = groupOf(address).orElse(null);
        if (group == null) {
            return;
        }
        if (group.attached().containsKey(address)) {
            throw new IommuException(operation, "it is attached", "detach it");
        }
        group.learned().remove(address);
        if (group.isUnknown()) {
            groups.values().remove(group);
            Closing closing = new Closing(operation);
            close(group, closing);
            closing.finish();
        }
    }

    private void close(LearnedGroup group, Closing closing) {
        if (group.inside()) {
            closing.step("take its group out", () -> dismiss(group));
        }
        closing.step("close its group", group.group()::close);
    }

    /**
     * Closes every attached device, whatever fails.
     *
     * @param closing does each step and keeps what fails
     */
    void closeDevices(Closing closing) {
        for (LearnedGroup group : groups.values()) {
            for (DeviceAccess device : group.attached().values()) {
                closing.step("close " + device.device().address(), device.vfio()::close);
            }
        }
    }

    /**
     * Takes every group out and closes it, whatever fails.
     *
     * @param closing does each step and keeps what fails
     */
    void closeGroups(Closing closing) {
        groups.values().forEach(group -> close(group, closing));
        groups.clear();
    }
}
