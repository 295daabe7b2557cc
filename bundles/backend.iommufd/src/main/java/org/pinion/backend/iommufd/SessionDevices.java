package org.pinion.backend.iommufd;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.IovaRanges;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.Closing;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that a session has open. A device is here from its preflight to its release or detach, bound to the
 * session's iommufd; in between it is attached to the session's IOAS, to one beside it, or to nothing.
 */
final class SessionDevices {

    private static final Logger LOG = LoggerFactory.getLogger(SessionDevices.class);

    private final Kernel kernel;
    private final IommuFd iommu;
    private final MappedIoas target;
    private final PageTables pageTables;
    private final String space;
    private final PinningFacts pinning;
    private final Promise promise;
    private final Map<String, OpenDevice> open = new TreeMap<>();
    private final TreeMap<String, MappedIoas> attached = new TreeMap<>();
    /** Devices that were to move, and that now reach nothing: neither where they were nor where they were to be. */
    private final Set<String> astray = new TreeSet<>();
    private final ApartSpaces apart;

    /**
     * @param kernel the kernel
     * @param iommu the session's iommufd
     * @param target the session's IOAS
     * @param apart the IOASes beside it
     * @param pageTables the page tables that devices use them by
     * @param space the address space's name, for messages
     * @param pinning tells the limit on locked memory
     */
    SessionDevices(
            Kernel kernel,
            IommuFd iommu,
            MappedIoas target,
            ApartSpaces apart,
            PageTables pageTables,
            String space,
            PinningFacts pinning) {
        this.pageTables = pageTables;
        this.kernel = kernel;
        this.iommu = iommu;
        this.target = target;
        this.apart = apart;
        this.space = space;
        this.pinning = pinning;
        this.promise = new Promise(iommu);
    }

    /** {@return whether the pages in an IOAS are pinned, for a device behind an IOMMU that is attached to it} */
    boolean pinIn(MappedIoas ioas) {
        for (Map.Entry<String, MappedIoas> device : attached.entrySet()) {
            if (device.getValue() == ioas && pins(device.getKey())) {
                return true;
            }
        }
        return false;
    }

    /** {@return the id of a device in an IOAS by whose IOMMU pages can be kept pinned aside; empty if there is none} */
    OptionalInt keepingDevice(MappedIoas ioas) {
        return attached.entrySet().stream()
                .filter(device -> device.getValue() == ioas)
                .map(device -> open.get(device.getKey()))
                .filter(OpenDevice::pinsAside)
                .mapToInt(device -> device.bound().id())
                .findFirst();
    }

    /** {@return whether pages that are pinned now can be kept pinned aside} */
    boolean keepPages() {
        return attached.values().stream()
                .allMatch(ioas -> !pinIn(ioas) || keepingDevice(ioas).isPresent());
    }

    /** {@return whether a device, if it is open, is behind an IOMMU, for whose page tables the kernel pins} */
    boolean pins(String address) {
        OpenDevice device = open.get(address);
        return device == null || !device.device().emulatedIommu();
    }

    /** {@return what the groups of the devices reserve that are attached to the session's IOAS} */
    RangeSet reserved() {
        return RangeSet.of(attached.keySet().stream()
                .filter(address -> attached.get(address) == target)
                .flatMap(address -> open.get(address).limits().reserved().stream())
                .map(ReservedRegion::range)
                .toList());
    }

    /** {@return every open device, attached or not} */
    Collection<OpenDevice> open() {
        return open.values();
    }

    /** {@return the IOAS that an attached device is in} */
    MappedIoas placeOf(String address) {
        return attached.get(address);
    }

    /** {@return the devices that were to move and reach nothing now} */
    Set<String> astray() {
        return astray;
    }

    /** Goes on with a device that another object had open, attached to an IOAS or, if that is null, to nothing. */
    void goOnWith(OpenDevice device, MappedIoas place) {
        open.put(device.device().address(), device);
        if (place != null) {
            attached.put(device.device().address(), place);
        }
    }

    OpenDevice attached(String address) throws IommuException {
        if (!attached.containsKey(address)) {
            throw new IommuException("go on with " + address + " in '" + space + "'", "it is not attached", "");
        }
        return open.get(address);
    }

    DeviceLimits preflight(String address) throws IommuException {
        OpenDevice known = open.get(address);
        if (known != null) {
            return known.limits();
        }
        String operation = "preflight " + address + " for '" + space + "'";
        OpenDevice learned = new Preflight(kernel, iommu, pinning, operation).run(address, this::peerLimits);
        open.put(address, learned);
        return learned.limits();
    }

    /**
     * What an attached member of a group has learned. The kernel keeps one page table for a group:
     * while one member is attached here, none can be attached to an empty IOAS (EINVAL), and both have the same
     * aperture.
     */
    private Optional<IovaRanges> peerLimits(int group) {
        return attached.keySet().stream()
                .map(open::get)
                .filter(peer -> peer.device().group() == group && group >= 0)
                .map(peer -> ranges(peer.limits()))
                .findFirst();
    }

    /** What the kernel told when it was asked about the device: the last page was taken away since. */
    private static IovaRanges ranges(DeviceLimits limits) {
        RangeSet usable = limits.reserved().contains(Preflight.LAST_PAGE)
                ? limits.usable().union(RangeSet.of(Preflight.LAST_PAGE.range()))
                : limits.usable();
        return new IovaRanges(usable, limits.alignment());
    }

    OpenDevice attach(String address) throws IommuException {
        String operation = "attach " + address + " to '" + space + "'";
        OpenDevice device = open.get(address);
        if (device == null || attached.containsKey(address)) {
            throw new IommuException(
                    operation, device == null ? "its limits were not learned before" : "it is attached already", "");
        }
        if (pageTables.tracking()) {
            requireTold(device, operation);
        }
        MappedIoas to = apart.of(address).map(ApartSpace::ioas).orElse(target);
        try {
            promise.kept(device, to, () -> pageTables.attach(device, to), () -> pageTables.detach(device));
        } catch (ErrnoException failure) {
            throw causes(device, to).of(failure).failing(operation, failure);
        }
        attached.put(address, to);
        return device;
    }

    /**
     * Gives a device an IOAS beside the session's, with the meaning of
     * {@link org.pinion.spi.backend.BackendSession#separate}.
     */
    void separate(String address, List<Mapping> mapped) throws IommuException {
        String operation = "set " + address + " apart in '" + space + "'";
        OpenDevice device = open.get(address);
        if (device == null) {
            throw new IommuException(operation, "its limits were not learned before", "");
        }
        Optional<ApartSpace> known = apart.of(address);
        ApartSpace there = known.isPresent() ? known.get() : apart.assign(device.limits(), mapped, operation);
        try {
            move(device, there.ioas(), operation);
        } catch (IommuException | RuntimeException failure) {
            if (attached.get(address) != there.ioas()) {
                apart.leave(address);
            }
            throw failure;
        }
    }

    /** Takes a device back, with the meaning of {@link org.pinion.spi.backend.BackendSession#join}. */
    void join(String address) throws IommuException {
        // A device that was lost on its way to an IOAS of its own has none, and reaches nothing until it is moved.
        if (apart.of(address).isPresent() || astray.contains(address)) {
            OpenDevice device = open.get(address);
            move(device, target, "take " + address + " back to the other devices of '" + space + "'");
            apart.leave(address);
        }
    }

    /** Moves a device, with its group, if it is attached and not there yet. */
    private void move(OpenDevice device, MappedIoas to, String operation) throws IommuException {
        MappedIoas from = attached.get(device.device().address());
        if (from == null || from == to && !astray.contains(device.device().address())) {
            return;
        }
        List<OpenDevice> group = attached.keySet().stream()
                .map(open::get)
                .filter(peer -> peer == device || device.device().group() >= 0
                        && peer.device().group() == device.device().group())
                .toList();
        try {
            promise.kept(device, to, () -> move(group, from, to), () -> move(group, to, from));
        } catch (ErrnoException failure) {
            throw causes(device, to).of(failure).failing(operation, failure);
        }
    }

    private void move(List<OpenDevice> group, MappedIoas from, MappedIoas to) throws ErrnoException {
        List<String> addresses =
                group.stream().map(member -> member.device().address()).toList();
        try {
            new Moving(pageTables, group).run(from, to);
        } catch (Moving.Lost failure) {
            astray.addAll(addresses);
            throw failure;
        }
        astray.removeAll(addresses);
        addresses.forEach(address -> attached.put(address, to));
    }

    /**
     * @param mapping what is to be mapped
     * @param address the device that must hand it out
     * @return the device
     * @throws IommuException if the session does not have it open
     */
    VfioDevice owner(Mapping mapping, String address) throws IommuException {
        OpenDevice device = open.get(address);
        if (device == null) {
            throw new IommuException(
                    "map " + mapping.range() + " into '" + space + "'",
                    null,
                    mapping.range(),
                    mapping.backing() + " belongs to a device that is not attached here, so nobody can export it",
                    "attach " + address + " first",
                    null);
        }
        return device.bound().vfio();
    }

    /**
     * @param operation what is being done
     * @throws IommuException if what an attached device writes is not told, with the reason
     */
    void requireTold(String operation) throws IommuException {
        for (String address : attached.keySet()) {
            requireTold(open.get(address), operation);
        }
    }

    private static void requireTold(OpenDevice device, String operation) throws IommuException {
        String address = device.device().address();
        if (device.device().emulatedIommu()) {
            throw new IommuException(
                    operation,
                    "no IOMMU stands before " + address + ", so nobody tells which pages its driver writes",
                    "detach it, or use backend vfio");
        }
        if (!PageTables.tells(device)) {
            String type = device.limits().iommu().type();
            throw new IommuException(
                    operation,
                    "the IOMMU before " + address + (type.isEmpty() ? "" : " (" + type + ")")
                            + " does not tell which pages devices write, or the kernel does not ask it: Intel's needs"
                            + " SSADS, AMD's HDSUP, Arm's HTTU",
                    "detach " + address + ", or use backend vfio, which counts all that is writable as written");
        }
    }

    private AttachCauses causes(OpenDevice device, MappedIoas to) {
        return new AttachCauses(
                device.device().address(),
                device.device().group(),
                Optional.of(device.limits().usable()),
                to.pinnableBytes(),
                pinning);
    }

    void detach(String address) throws IommuException {
        String operation = "detach " + address + " from '" + space + "'";
        if (!attached.containsKey(address)) {
            throw new IommuException(operation, "it is not attached", "");
        }
        OpenDevice device = open.get(address);
        try {
            pageTables.detach(device);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
        attached.remove(address);
        astray.remove(address);
        open.remove(address);
        apart.leave(address);
        try {
            device.bound().vfio().close();
        } catch (ErrnoException complaint) {
            // The device is out and its descriptor gone, which is what was asked for.
            LOG.warn("{}: {}", operation, complaint.getMessage());
        }
    }

    void release(String address) throws IommuException {
        String operation = "release " + address + " from '" + space + "'";
        if (attached.containsKey(address)) {
            throw new IommuException(operation, "it is attached", "detach it");
        }
        apart.leave(address);
        OpenDevice device = open.remove(address);
        if (device != null) {
            try {
                device.bound().vfio().close();
            } catch (ErrnoException failure) {
                throw Cause.unknown(failure).failing(operation, failure);
            }
        }
    }

    /**
     * Detaches and closes every device, whatever fails.
     *
     * @param closing does each step and keeps what fails
     */
    void close(Closing closing) {
        for (OpenDevice device : open.values()) {
            String address = device.device().address();
            if (attached.containsKey(address)) {
                closing.step("detach " + address, () -> pageTables.detach(device));
            }
            closing.step("close " + address, device.bound().vfio()::close);
        }
        attached.clear();
        open.clear();
    }
}
