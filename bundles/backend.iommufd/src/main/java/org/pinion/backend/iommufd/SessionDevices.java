package org.pinion.backend.iommufd;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
 * session's iommufd; in between it is attached to the session's IOAS or to nothing.
 */
final class SessionDevices {

    private static final Logger LOG = LoggerFactory.getLogger(SessionDevices.class);

    private final Kernel kernel;
    private final IommuFd iommu;
    private final MappedIoas target;
    private final PageTables pageTables;
    private final String space;
    private final PinningFacts pinning;
    private final Map<String, OpenDevice> open = new TreeMap<>();
    private final TreeSet<String> attached = new TreeSet<>();

    /**
     * @param kernel the kernel
     * @param iommu the session's iommufd
     * @param target the session's IOAS
     * @param pageTables the page tables that devices use it by
     * @param space the address space's name, for messages
     * @param pinning tells the limit on locked memory
     */
    SessionDevices(
            Kernel kernel,
            IommuFd iommu,
            MappedIoas target,
            PageTables pageTables,
            String space,
            PinningFacts pinning) {
        this.pageTables = pageTables;
        this.kernel = kernel;
        this.iommu = iommu;
        this.target = target;
        this.space = space;
        this.pinning = pinning;
    }

    /**
     * {@return the id of an attached device whose pages are pinned by an IOMMU's page table; empty if there is none}
     */
    OptionalInt pinningDevice() {
        for (String address : attached) {
            OpenDevice device = open.get(address);
            if (!device.device().emulatedIommu()) {
                return OptionalInt.of(device.bound().id());
            }
        }
        return OptionalInt.empty();
    }

    /** {@return whether a device, if it is open, is behind an IOMMU, for whose page tables the kernel pins} */
    boolean pins(String address) {
        OpenDevice device = open.get(address);
        return device == null || !device.device().emulatedIommu();
    }

    /** {@return what the groups of the attached devices reserve} */
    RangeSet reserved() {
        return RangeSet.of(attached.stream()
                .flatMap(address -> open.get(address).limits().reserved().stream())
                .map(ReservedRegion::range)
                .toList());
    }

    /** {@return every open device, attached or not} */
    Collection<OpenDevice> open() {
        return open.values();
    }

    boolean isAttached(String address) {
        return attached.contains(address);
    }

    /** Goes on with a device that another object had open. */
    void goOnWith(OpenDevice device, boolean isAttached) {
        open.put(device.device().address(), device);
        if (isAttached) {
            attached.add(device.device().address());
        }
    }

    OpenDevice attached(String address) throws IommuException {
        if (!attached.contains(address)) {
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
        return attached.stream()
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
        if (device == null || attached.contains(address)) {
            throw new IommuException(
                    operation, device == null ? "its limits were not learned before" : "it is attached already", "");
        }
        if (pageTables.tracking()) {
            requireTold(device, operation);
        }
        try {
            attachAsPredicted(device);
        } catch (ErrnoException failure) {
            throw causes(device).of(failure).failing(operation, failure);
        }
        attached.add(address);
        return device;
    }

    /**
     * The plan relies on what the preflight learned, and another process or a hot-plug may have changed it since. So
     * the kernel promises first that all of it stays usable: a device that has come to reserve more is then kept out
     * by the kernel itself, instead of being taken out again after it was in.
     */
    private void attachAsPredicted(OpenDevice device) throws ErrnoException {
        iommu.promise(target.id(), target.ranges().usable().intersect(device.limits().usable()));
        try {
            pageTables.attach(device);
        } catch (ErrnoException failure) {
            after(failure, this::takeBackPromise);
            throw failure;
        }
        try {
            takeBackPromise();
        } catch (ErrnoException failure) {
            // With a promise that stays the next device might be kept out for nothing.
            after(failure, () -> pageTables.detach(device));
            throw failure;
        }
    }

    private void takeBackPromise() throws ErrnoException {
        iommu.promise(target.id(), RangeSet.EMPTY);
    }

    private static void after(ErrnoException failure, Closing.Step step) {
        try {
            step.run();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
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
        for (String address : attached) {
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

    private AttachCauses causes(OpenDevice device) {
        return new AttachCauses(
                device.device().address(),
                device.device().group(),
                Optional.of(device.limits().usable()),
                target.pinnableBytes(),
                pinning);
    }

    void detach(String address) throws IommuException {
        String operation = "detach " + address + " from '" + space + "'";
        if (!attached.contains(address)) {
            throw new IommuException(operation, "it is not attached", "");
        }
        OpenDevice device = open.get(address);
        try {
            pageTables.detach(device);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
        attached.remove(address);
        open.remove(address);
        try {
            device.bound().vfio().close();
        } catch (ErrnoException complaint) {
            // The device is out and its descriptor gone, which is what was asked for.
            LOG.warn("{}: {}", operation, complaint.getMessage());
        }
    }

    void release(String address) throws IommuException {
        String operation = "release " + address + " from '" + space + "'";
        if (attached.contains(address)) {
            throw new IommuException(operation, "it is attached", "detach it");
        }
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
            if (attached.contains(address)) {
                closing.step("detach " + address, () -> pageTables.detach(device));
            }
            closing.step("close " + address, device.bound().vfio()::close);
        }
        attached.clear();
        open.clear();
    }
}
