package org.pinion.backend.vfio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.BarExport;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.IovaRanges;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.DriverCauses;
import org.pinion.device.cause.GroupCauses;
import org.pinion.device.host.GroupFacts;
import org.pinion.device.host.Holders;
import org.pinion.device.host.HostDevices;
import org.pinion.device.host.IommuName;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** Opens one group and learns its limits in a container of its own. Whatever fails closes the group again. */
final class Preflight {

    private final Kernel kernel;
    private final HostDevices host;
    private final LongAdder ioctls;
    private final boolean iommufd;
    private final PinningFacts pinning;
    private OptionalLong room = OptionalLong.empty();

    /**
     * @param kernel the kernel
     * @param ioctls counts every ioctl
     * @param iommufd whether iommufd serves containers
     * @param pinning tells the limit on locked memory
     */
    Preflight(Kernel kernel, LongAdder ioctls, boolean iommufd, PinningFacts pinning) {
        this.kernel = kernel;
        this.host = new HostDevices(kernel);
        this.ioctls = ioctls;
        this.iommufd = iommufd;
        this.pinning = pinning;
    }

    /** Another object has learned how many mappings a container takes. */
    void goOnFrom(OptionalLong learnedRoom) {
        room = learnedRoom;
    }

    /**
     * @param address the device's address
     * @param operation what is being done, for messages
     * @return the device, of a driver of VFIO and in a group
     * @throws IommuException if there is none, or it cannot be reached through a group
     */
    HostDevices.Found find(String address, String operation) throws IommuException {
        HostDevices.Found found = host.require(address, operation);
        HostDevice device = found.device();
        if (!DriverCauses.boundToVfio(device)) {
            Cause cause = DriverCauses.notBound(device);
            throw new IommuException(operation, cause.why(), cause.remedy());
        }
        if (device.group() < 0) {
            throw new IommuException(
                    operation,
                    "the device has no IOMMU group: no IOMMU stands before it",
                    "enable the IOMMU in the firmware and on the kernel's command line (intel_iommu=on)");
        }
        return found;
    }

    /**
     * @param found the device
     * @param operation what is being done, for messages
     * @return its group, open and in no container
     * @throws IommuException if it is in use or the kernel refuses; the group is not open
     */
    LearnedGroup run(HostDevices.Found found, String operation) throws IommuException {
        Group group = open(found, operation);
        try {
            requireViable(group, found, operation);
            return learn(group, found, operation);
        } catch (IommuException | RuntimeException failure) {
            closeAfter(group, failure);
            throw failure;
        }
    }

    private Group open(HostDevices.Found found, String operation) throws IommuException {
        int number = found.device().group();
        try {
            return Group.open(kernel, number, ioctls);
        } catch (ErrnoException failure) {
            throw OpenCauses.ofGroup(Group.path(number), holders(found), failure).failing(operation, failure);
        }
    }

    private String holders(HostDevices.Found found) {
        Holders holders = new Holders(kernel);
        String ofDevice = found.cdev().map(cdev -> holders.ofDevice(cdev, 0)).orElse("");
        return Stream.of(holders.ofGroup(Group.path(found.device().group())), ofDevice)
                .filter(words -> !words.isEmpty())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private void requireViable(Group group, HostDevices.Found found, String operation) throws IommuException {
        try {
            if (!group.viable()) {
                GroupCauses causes = new GroupCauses(facts(found));
                Cause cause = causes.usedByHost()
                        .orElseGet(() -> causes.ownedOrNotIsolated(JoinCauses.unsafeInterrupts(iommufd)));
                throw new IommuException(operation, cause.why(), cause.remedy());
            }
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        } catch (IOException unreadable) {
            throw HostDevices.unreadable(operation, unreadable);
        }
    }

    private LearnedGroup learn(Group group, HostDevices.Found found, String operation) throws IommuException {
        HostDevice device = found.device();
        List<ReservedRegion> reserved = new ArrayList<>(reserved(device, operation));
        Seen seen;
        try {
            seen = alone(group, device);
        } catch (ErrnoException failure) {
            throw refused(found, JoinCauses.Content.NOTHING, operation, failure);
        }
        requireHostPages(device, seen.info().pageSizes(), operation);
        IovaRanges ranges = seen.info().ranges();
        room = seen.info().entriesLeft();
        if (!seen.reachesTheEnd() && ranges.usable().contains(lastPage().range())) {
            reserved.add(lastPage());
        }
        // Iommufd reserves for each device alone, and only while it is attached; a container of VFIO's own for the
        // group. Keeping off all of the group's regions is right for both.
        RangeSet usable = ranges.usable()
                .minus(RangeSet.of(reserved.stream().map(ReservedRegion::range).toList()));
        LearnedGroup learned = new LearnedGroup(
                group,
                new IovaRanges(usable, ranges.alignment()),
                seen.info().pageSizes(),
                facts(device, seen.info()),
                List.copyOf(reserved));
        learned.learned(found, seen.bars());
        return learned;
    }

    /**
     * A container's mappings are multiples of the smallest page that all of its IOMMUs have. That is the host's for all
     * devices, or it would depend on who came before what can be mapped; iommufd lets no other IOMMU in either.
     */
    private void requireHostPages(HostDevice device, long pageSizes, String operation) throws IommuException {
        if ((pageSizes & kernel.pageSize()) == 0) {
            throw new IommuException(
                    operation,
                    "the IOMMU before " + device.address() + " has no pages of 0x%x bytes, as this host has: the"
                            .formatted(kernel.pageSize())
                            + " smallest has 0x%x, so that it cannot share an address space".formatted(
                                    Long.lowestOneBit(pageSizes)),
                    "use a kernel with pages of that size");
        }
    }

    /** A container tells nothing of an IOMMU but its pages, and whether it counts what is pinned as written. */
    private IommuFacts facts(HostDevice device, ContainerInfo info) {
        if (device.emulatedIommu()) {
            return IommuFacts.UNKNOWN;
        }
        IommuFacts.DirtyPages dirtyPages =
                info.tracks() ? IommuFacts.DirtyPages.ALL_WRITABLE : IommuFacts.DirtyPages.NONE;
        return new IommuFacts(IommuName.of(kernel, device.address()), dirtyPages, 0, List.of());
    }

    /** {@return how many mappings a container takes; empty as long as no group was learned about} */
    OptionalLong room() {
        return room;
    }

    /**
     * Learns what another device of a group lets others reach of itself.
     *
     * @param group its group, open
     * @param found the device
     * @param operation what is being done, for messages
     * @return what can be had of each of its BARs
     * @throws IommuException if the kernel does not open it
     */
    List<BarExport> bars(LearnedGroup group, HostDevices.Found found, String operation) throws IommuException {
        try {
            return group.inside()
                    ? bars(group.group(), found.device())
                    : alone(group.group(), found.device()).bars();
        } catch (ErrnoException failure) {
            throw refused(found, JoinCauses.Content.NOTHING, operation, failure);
        }
    }

    /** An mdev's BARs are its driver's code: there is nothing behind them that a peer could reach. */
    private List<BarExport> bars(Group group, HostDevice device) throws ErrnoException {
        if (device.emulatedIommu()) {
            return List.of();
        }
        try (VfioDevice vfio = group.openDevice(device.address())) {
            return new BarAddresses(kernel.pageSize(), iommufd).learn(vfio, device.address());
        }
    }

    private List<ReservedRegion> reserved(HostDevice device, String operation) throws IommuException {
        try {
            return host.reserved(device.group());
        } catch (IOException unreadable) {
            throw HostDevices.unreadable(operation, unreadable);
        }
    }

    private ReservedRegion lastPage() {
        return new ReservedRegion(new AddressRange(-kernel.pageSize(), -1L), "last page of all addresses");
    }

    /**
     * What is seen of a group that alone is in an empty container.
     *
     * @param info what the container says
     * @param bars what one device of the group lets others reach
     * @param reachesTheEnd whether the container can handle a mapping that ends with the last of all addresses
     */
    private record Seen(ContainerInfo info, List<BarExport> bars, boolean reachesTheEnd) {}

    /** Iommufd gives an IOMMU wrong pages for the last of all addresses, and has no IOMMU to give any for an mdev. */
    private Seen alone(Group group, HostDevice device) throws ErrnoException {
        try (Container scratch = Container.open(kernel, ioctls);
                Visit visit = Visit.begin(group, scratch)) {
            ContainerInfo info = iommufd ? visit.infoWithOpen(device.address()) : visit.info();
            boolean reachesTheEnd = iommufd ? device.emulatedIommu() : scratch.reachesTheEnd();
            return new Seen(info, bars(group, device), reachesTheEnd);
        }
    }

    /**
     * The refusal to let a group or a device in, with its cause.
     *
     * @param found the device
     * @param content what the group has met
     * @param operation what was being done
     * @param failure the kernel's answer
     * @return the exception that tells it
     */
    IommuException refused(
            HostDevices.Found found, JoinCauses.Content content, String operation, ErrnoException failure) {
        try {
            return new JoinCauses(facts(found), content, iommufd, pinning).of(failure).failing(operation, failure);
        } catch (IOException unreadable) {
            failure.addSuppressed(unreadable);
            return Cause.unknown(failure).failing(operation, failure);
        }
    }

    private GroupFacts facts(HostDevices.Found found) throws IOException {
        String holders =
                found.cdev().map(cdev -> new Holders(kernel).ofDevice(cdev, 0)).orElse("");
        return host.factsAbout(found.device(), JoinCauses.unsafeInterrupts(iommufd), holders);
    }

    private static void closeAfter(Group group, Exception failure) {
        try {
            group.close();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }

    /** A stay in a container for the length of a block. */
    private record Visit(Group group, Container container) implements AutoCloseable {

        static Visit begin(Group group, Container container) throws ErrnoException {
            group.join(container);
            Visit visit = new Visit(group, container);
            try {
                container.setIommu();
                return visit;
            } catch (ErrnoException failure) {
                try (visit) {
                    throw failure;
                }
            }
        }

        ContainerInfo info() throws ErrnoException {
            return container.info();
        }

        /** Iommufd's compatibility mode attaches a device when it is opened, not when its group comes in. */
        ContainerInfo infoWithOpen(String device) throws ErrnoException {
            try (VfioDevice _ = group.openDevice(device)) {
                return info();
            }
        }

        @Override
        public void close() throws ErrnoException {
            group.leave();
        }
    }
}
