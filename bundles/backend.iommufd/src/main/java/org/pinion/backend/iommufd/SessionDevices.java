package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that a session has open. A device is here from its preflight to its release or detach, bound to the session's
 * iommufd; in between it is attached to the session's IOAS or to nothing. Whatever fails before a device is entered here
 * closes it.
 */
final class SessionDevices {

    private static final Logger LOG = LoggerFactory.getLogger(SessionDevices.class);

    private final Kernel kernel;
    private final HostDevices host;
    private final IommuFd iommu;
    private final MappedIoas target;
    private final String space;
    private final PinningFacts pinning;
    private final Map<String, OpenDevice> open = new TreeMap<>();
    private final TreeSet<String> attached = new TreeSet<>();

    /**
     * @param kernel the kernel
     * @param iommu the session's iommufd
     * @param target the session's IOAS
     * @param space the address space's name, for messages
     * @param pinning tells the limit on locked memory
     */
    SessionDevices(Kernel kernel, IommuFd iommu, MappedIoas target, String space, PinningFacts pinning) {
        this.kernel = kernel;
        this.host = new HostDevices(kernel);
        this.iommu = iommu;
        this.target = target;
        this.space = space;
        this.pinning = pinning;
    }

    /** {@return the id of an attached device whose pages are pinned by an IOMMU's page table; empty if there is none} */
    OptionalInt pinningDevice() {
        return attached.stream()
                .map(open::get)
                .filter(device -> !device.device().emulatedIommu())
                .mapToInt(device -> device.bound().id())
                .findFirst();
    }

    DeviceLimits preflight(String address) throws IommuException {
        OpenDevice known = open.get(address);
        if (known != null) {
            return known.limits();
        }
        String operation = "preflight " + address + " for '" + space + "'";
        HostDevices.Found found = find(address, operation);
        VfioDevice vfio = openCdev(found, operation);
        try {
            OpenDevice learned = learn(found, vfio, operation);
            open.put(address, learned);
            return learned.limits();
        } catch (IommuException | RuntimeException failure) {
            closeAfter(vfio, failure);
            throw failure;
        }
    }

    private HostDevices.Found find(String address, String operation) throws IommuException {
        try {
            for (HostDevices.Found found : host.all()) {
                if (found.device().address().equals(address)) {
                    return found;
                }
            }
            throw new IommuException(operation, "there is no device " + address + "; " + host.inWords(), "name one of them");
        } catch (IOException unreadable) {
            throw unreadable(operation, unreadable);
        }
    }

    private VfioDevice openCdev(HostDevices.Found found, String operation) throws IommuException {
        String cdev = found.cdev().orElse(null);
        if (cdev == null) {
            throw notBound(found.device(), operation);
        }
        try {
            return VfioDevice.open(kernel, found.device().address(), cdev, iommu.ioctls());
        } catch (ErrnoException failure) {
            throw OpenCauses.ofCdev(cdev, failure).failing(operation, failure);
        }
    }

    private static IommuException notBound(HostDevice device, String operation) {
        if (device.emulatedIommu() || device.driver().startsWith("vfio")) {
            return new IommuException(
                    operation,
                    "its driver " + device.driver() + " has made no character device for it: the kernel was built without"
                            + " CONFIG_VFIO_DEVICE_CDEV",
                    "use a kernel that has it (6.6 and later)");
        }
        String path = "/sys/bus/pci/devices/" + device.address();
        boolean free = device.driver().isEmpty();
        return new IommuException(
                operation,
                "the device has " + (free ? "no driver" : "driver " + device.driver()) + ", not one of VFIO",
                (free ? "" : "echo " + device.address() + " > " + path + "/driver/unbind; ")
                        + "echo vfio-pci > " + path + "/driver_override; echo " + device.address()
                        + " > /sys/bus/pci/drivers_probe");
    }

    private OpenDevice learn(HostDevices.Found found, VfioDevice vfio, String operation) throws IommuException {
        BoundDevice bound = bind(found, vfio, operation);
        List<ReservedRegion> reserved = reserved(found.device(), operation);
        IovaRanges ranges = peerLimits(found.device()).orElse(null);
        if (ranges == null) {
            ranges = alone(found.device(), bound, operation);
        }
        // The kernel reserves for a device only when that device is attached, but a group's members share what they reach.
        // Keeping off all of the group's regions gives each member the same limits, whichever comes first.
        RangeSet usable = ranges.usable()
                .minus(RangeSet.of(reserved.stream().map(ReservedRegion::range).toList()));
        long alignment = Math.max(ranges.alignment(), kernel.pageSize());
        DeviceLimits limits = new DeviceLimits(found.device().address(), usable, alignment, reserved);
        return new OpenDevice(found.device(), bound, limits);
    }

    private BoundDevice bind(HostDevices.Found found, VfioDevice vfio, String operation) throws IommuException {
        try {
            return BoundDevice.bind(vfio, iommu);
        } catch (ErrnoException failure) {
            try {
                throw new BindCauses(host.factsAbout(found)).of(failure).failing(operation, failure);
            } catch (IOException unreadable) {
                failure.addSuppressed(unreadable);
                throw Cause.unknown(failure).failing(operation, failure);
            }
        }
    }

    private List<ReservedRegion> reserved(HostDevice device, String operation) throws IommuException {
        try {
            return host.reserved(device.group());
        } catch (IOException unreadable) {
            throw unreadable(operation, unreadable);
        }
    }

    /**
     * What another member of the device's group has learned, if it is attached. The kernel keeps one page table for a group:
     * while one member is attached here, none can be attached to an empty IOAS (EINVAL), and both have the same aperture.
     */
    private Optional<IovaRanges> peerLimits(HostDevice device) {
        return attached.stream()
                .map(open::get)
                .filter(peer -> peer.device().group() == device.group() && device.group() >= 0)
                .map(peer -> new IovaRanges(peer.limits().usable(), peer.limits().alignment()))
                .findFirst();
    }

    private IovaRanges alone(HostDevice device, BoundDevice bound, String operation) throws IommuException {
        try {
            return bound.alone(iommu);
        } catch (ErrnoException failure) {
            throw attachCauses(device, Optional.empty(), 0).of(failure).failing(operation, failure);
        }
    }

    private AttachCauses attachCauses(HostDevice device, Optional<RangeSet> usable, long mappedBytes) {
        return new AttachCauses(device.address(), device.group(), usable, mappedBytes, pinning);
    }

    OpenDevice attach(String address) throws IommuException {
        String operation = "attach " + address + " to '" + space + "'";
        OpenDevice device = open.get(address);
        if (device == null || attached.contains(address)) {
            throw new IommuException(
                    operation, device == null ? "its limits were not learned before" : "it is attached already", "");
        }
        try {
            device.bound().attach(target.id());
        } catch (ErrnoException failure) {
            throw attachCauses(device.device(), Optional.of(device.limits().usable()), target.bytes())
                    .of(failure)
                    .failing(operation, failure);
        }
        attached.add(address);
        return device;
    }

    void detach(String address) throws IommuException {
        String operation = "detach " + address + " from '" + space + "'";
        if (!attached.contains(address)) {
            throw new IommuException(operation, "it is not attached", "");
        }
        OpenDevice device = open.get(address);
        try {
            device.bound().detach();
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
                closing.step("detach " + address, device.bound()::detach);
            }
            closing.step("close " + address, device.bound().vfio()::close);
        }
        attached.clear();
        open.clear();
    }

    private static void closeAfter(VfioDevice vfio, Exception failure) {
        try {
            vfio.close();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }

    private static IommuException unreadable(String operation, IOException unreadable) {
        return new IommuException(
                operation,
                null,
                null,
                "the host's devices cannot be read: " + unreadable.getMessage(),
                "mount sysfs at /sys",
                unreadable);
    }
}
