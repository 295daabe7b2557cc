package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.IovaRanges;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.DriverCauses;
import org.pinion.device.cause.RegionCauses;
import org.pinion.device.host.GroupFacts;
import org.pinion.device.host.Holders;
import org.pinion.device.host.HostDevices;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * Opens one device, binds it to the session's iommufd and learns its limits. Whatever fails closes the device again.
 */
final class Preflight {

    /**
     * The last page of all addresses. batch_to_domain in drivers/iommu/iommufd/pages.c computes with the address after
     * a mapping's last, which wraps to 0 there: the IOMMU would be given other pages than those that were pinned.
     */
    static final ReservedRegion LAST_PAGE =
            new ReservedRegion(new AddressRange(-0x1000L, -1L), "last page of all addresses");

    private final Kernel kernel;
    private final HostDevices host;
    private final IommuFd iommu;
    private final PinningFacts pinning;
    private final String operation;

    /**
     * @param kernel the kernel
     * @param iommu the session's iommufd
     * @param pinning tells the limit on locked memory
     * @param operation what is being done, for messages
     */
    Preflight(Kernel kernel, IommuFd iommu, PinningFacts pinning, String operation) {
        this.kernel = kernel;
        this.host = new HostDevices(kernel);
        this.iommu = iommu;
        this.pinning = pinning;
        this.operation = operation;
    }

    /**
     * @param address the device's address
     * @param ofPeers tells what an attached member of an IOMMU group allows; empty if none of it is attached
     * @return the device, bound and attached to nothing
     * @throws IommuException if there is no such device, it is in use or the kernel refuses; the device is not open
     */
    OpenDevice run(String address, IntFunction<Optional<IovaRanges>> ofPeers) throws IommuException {
        HostDevices.Found found = host.require(address, operation);
        VfioDevice vfio = openCdev(found);
        try {
            return learn(found, vfio, ofPeers);
        } catch (IommuException | RuntimeException failure) {
            closeAfter(vfio, failure);
            throw failure;
        }
    }

    private VfioDevice openCdev(HostDevices.Found found) throws IommuException {
        String cdev = found.cdev().orElse(null);
        if (cdev == null) {
            throw notBound(found.device());
        }
        try {
            return VfioDevice.open(kernel, found.device().address(), cdev, iommu.ioctls());
        } catch (ErrnoException failure) {
            throw OpenCauses.ofCdev(cdev, failure).failing(operation, failure);
        }
    }

    private IommuException notBound(HostDevice device) {
        Cause cause = DriverCauses.boundToVfio(device)
                ? new Cause(
                        "its driver " + device.driver() + " has made no character device for it: the kernel was"
                                + " built without CONFIG_VFIO_DEVICE_CDEV",
                        "use a kernel that has it (6.6 and later)")
                : DriverCauses.notBound(device);
        return new IommuException(operation, cause.why(), cause.remedy());
    }

    private OpenDevice learn(HostDevices.Found found, VfioDevice vfio, IntFunction<Optional<IovaRanges>> ofPeers)
            throws IommuException {
        BoundDevice bound = bind(found, vfio);
        Optional<IovaRanges> peers = ofPeers.apply(found.device().group());
        IovaRanges ranges = peers.isPresent() ? peers.get() : alone(found.device(), bound);
        List<ReservedRegion> reserved = reserved(found.device(), ranges);
        // The kernel reserves for a device only when that device is attached, but a group's members share what they
        // reach. Keeping off all of the group's regions gives each member the same limits, whichever comes first.
        RangeSet usable = ranges.usable()
                .minus(RangeSet.of(reserved.stream().map(ReservedRegion::range).toList()));
        long alignment = Math.max(ranges.alignment(), kernel.pageSize());
        DeviceLimits limits = new DeviceLimits(
                found.device().address(),
                usable,
                alignment,
                reserved,
                bars(found.device(), bound),
                // Each IOMMU has a page table of its own, with pages of its own.
                -alignment,
                hardware(found.device(), bound));
        return new OpenDevice(found.device(), bound, limits, pinsAside(found.device(), bound, usable));
    }

    private boolean pinsAside(HostDevice device, BoundDevice bound, RangeSet usable) throws IommuException {
        try {
            return !device.emulatedIommu() && Scratch.pins(iommu, bound.id(), usable);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
    }

    private IommuFacts hardware(HostDevice device, BoundDevice bound) throws IommuException {
        if (device.emulatedIommu()) {
            return IommuFacts.UNKNOWN;
        }
        try {
            return HardwareFacts.of(kernel, iommu, bound.id(), device.address());
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
    }

    /** An mdev's BARs are its driver's code: there is nothing behind them that a peer could reach. */
    private List<BarExport> bars(HostDevice device, BoundDevice bound) throws IommuException {
        if (device.emulatedIommu()) {
            return List.of();
        }
        try {
            return new BarExports(kernel, bound.vfio(), device.address()).learn();
        } catch (ErrnoException failure) {
            throw RegionCauses.of(failure).failing(operation, failure);
        }
    }

    private BoundDevice bind(HostDevices.Found found, VfioDevice vfio) throws IommuException {
        try {
            return BoundDevice.bind(vfio, iommu);
        } catch (ErrnoException failure) {
            try {
                throw new BindCauses(facts(found)).of(failure).failing(operation, failure);
            } catch (IOException unreadable) {
                failure.addSuppressed(unreadable);
                throw Cause.unknown(failure).failing(operation, failure);
            }
        }
    }

    private GroupFacts facts(HostDevices.Found found) throws IOException {
        String holders = new Holders(kernel).ofDevice(found.cdev().orElse(""), 1);
        return host.factsAbout(found.device(), BindCauses.UNSAFE_INTERRUPTS, holders);
    }

    private List<ReservedRegion> reserved(HostDevice device, IovaRanges ranges) throws IommuException {
        try {
            List<ReservedRegion> reserved = host.reserved(device.group());
            boolean last = !device.emulatedIommu() && ranges.usable().contains(LAST_PAGE.range());
            return last ? Stream.concat(reserved.stream(), Stream.of(LAST_PAGE)).toList() : reserved;
        } catch (IOException unreadable) {
            throw HostDevices.unreadable(operation, unreadable);
        }
    }

    private IovaRanges alone(HostDevice device, BoundDevice bound) throws IommuException {
        try {
            return bound.alone(iommu);
        } catch (ErrnoException failure) {
            throw new AttachCauses(device.address(), device.group(), Optional.empty(), 0, pinning)
                    .of(failure)
                    .failing(operation, failure);
        }
    }

    private static void closeAfter(VfioDevice vfio, Exception failure) {
        try {
            vfio.close();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }
}
