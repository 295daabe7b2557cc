package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The groups of a container, the domains that they share, and the addresses that they leave
 * (vfio_iommu_type1_attach_group and its like). Guarded by the container's lock.
 */
final class AttachedGroups {

    private final List<Domain> domains = new ArrayList<>();
    private final List<IommuGroup> emulated = new ArrayList<>();
    private final Mappings mappings;
    private final boolean nesting;
    private IovaList usable = IovaList.UNLIMITED;

    /** {@code nesting} says whether page tables are wanted that others can be on top of. */
    AttachedGroups(Mappings mappings, boolean nesting) {
        this.mappings = mappings;
        this.nesting = nesting;
    }

    /** Whether a group behind an IOMMU is there, so that what is mapped is pinned. */
    boolean translated() {
        return !domains.isEmpty();
    }

    /** Whether every IOMMU makes devices snoop the processors' caches. */
    boolean forceSnooping() {
        return domains.stream().allMatch(domain -> domain.geometry().forcesSnooping());
    }

    /** Whether a group of an mdev is there. */
    boolean anyEmulated() {
        return !emulated.isEmpty();
    }

    IovaList usable() {
        return usable;
    }

    /** A bit for every size of page that all domains have; a processor's page stands for all that are smaller. */
    long pageSizes() {
        long sizes = -1L;
        for (Domain domain : domains) {
            sizes &= domain.geometry().pageSizeBits();
        }
        return (sizes & (Pages.SIZE - 1)) == 0 ? sizes : sizes & -Pages.SIZE | Pages.SIZE;
    }

    /** What mappings must be multiples of. */
    long smallestPage() {
        return Long.lowestOneBit(pageSizes());
    }

    /**
     * EBUSY while addresses of the process are forgotten; EINVAL if the group is there, if page tables are wanted that
     * its IOMMU does not make, if what is mapped is reserved or past the aperture, or if nothing would be left to map;
     * EPERM if interrupts are not isolated; where nothing was pinned before what pinning answers, and ERANGE or EFAULT
     * past the aperture. On failure nothing has changed.
     */
    void attach(IommuGroup group) throws SyscallException {
        SyscallException.require(!mappings.anyVaddrForgotten(), Errno.EBUSY);
        SyscallException.require(!emulated.contains(group) && domainOf(group) == null, Errno.EINVAL);
        if (group.emulated()) {
            emulated.add(group);
            return;
        }
        SyscallException.require(!nesting, Errno.EINVAL);
        IovaList left = usableWith(group);
        SyscallException.require(!group.unsafeInterrupts(), Errno.EPERM);
        domainFor(group.geometry()).groups().add(group);
        usable = left;
    }

    private Domain domainOf(IommuGroup group) {
        return domains.stream().filter(domain -> domain.groups().contains(group)).findFirst().orElse(null);
    }

    private IovaList usableWith(IommuGroup group) throws SyscallException {
        IovaRange aperture = group.geometry().aperture();
        SyscallException.require(!apertureConflicts(aperture), Errno.EINVAL);
        List<IovaRange> holes = holes(Stream.of(group));
        boolean free = holes.stream().noneMatch(hole -> mappings.tree().touches(hole.start(), hole.last()));
        SyscallException.require(free, Errno.EINVAL);
        IovaList left = usable.within(aperture);
        for (IovaRange hole : holes) {
            left = left.without(hole);
        }
        SyscallException.require(!left.ranges().isEmpty(), Errno.EINVAL);
        return left;
    }

    /** Only the edges of what is usable now are compared: with no other group behind an IOMMU nothing is. */
    private boolean apertureConflicts(IovaRange aperture) {
        if (usable.unlimited()) {
            return false;
        }
        IovaRange extent = usable.extent();
        if (!extent.touches(aperture.start(), aperture.last())) {
            return true;
        }
        boolean below = Long.compareUnsigned(aperture.start(), extent.start()) > 0
                && mappings.tree().touches(extent.start(), aperture.start() - 1);
        boolean above = Long.compareUnsigned(aperture.last(), extent.last()) < 0
                && mappings.tree().touches(aperture.last() + 1, extent.last());
        return below || above;
    }

    private static List<IovaRange> holes(Stream<IommuGroup> groups) {
        return groups.flatMap(group -> group.reserved().stream())
                .filter(region -> region.type() != ReservedType.DIRECT_RELAXABLE).map(ReservedRegion::range).toList();
    }

    /** An IOMMU of the same kind shares its domain; for another one what is mapped is shown anew. */
    private Domain domainFor(IommuGeometry geometry) throws SyscallException {
        for (Domain domain : domains) {
            if (domain.geometry().equals(geometry)) {
                return domain;
            }
        }
        mappings.showAll(geometry);
        Domain domain = new Domain(geometry);
        domains.addFirst(domain);
        return domain;
    }

    /** The last group behind an IOMMU takes the pins along, and the last of all takes the mappings along. */
    void detach(IommuGroup group) {
        if (emulated.remove(group)) {
            if (emulated.isEmpty() && domains.isEmpty()) {
                mappings.removeAll();
            }
            return;
        }
        Domain domain = domainOf(group);
        domain.groups().remove(group);
        IovaRange extent = usable.extent();
        if (domain.groups().isEmpty()) {
            domains.remove(domain);
            extent = commonAperture();
            if (domains.isEmpty()) {
                abandon();
            }
        }
        refresh(extent);
    }

    private void abandon() {
        if (emulated.isEmpty()) {
            mappings.removeAll();
        } else {
            mappings.hideAll();
        }
    }

    private IovaRange commonAperture() {
        IovaList common = new IovaList(List.of(IovaRange.ALL));
        for (Domain domain : domains) {
            common = common.within(domain.geometry().aperture());
        }
        return common.extent();
    }

    /** What was usable stays if nothing else would be. */
    private void refresh(IovaRange extent) {
        IovaList left = new IovaList(List.of(extent));
        for (IovaRange hole : holes(domains.stream().flatMap(domain -> domain.groups().stream()))) {
            left = left.without(hole);
        }
        usable = left.ranges().isEmpty() ? usable : left;
    }
}
