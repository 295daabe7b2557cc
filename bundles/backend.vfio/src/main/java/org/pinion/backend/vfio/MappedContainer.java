package org.pinion.backend.vfio;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.CutException;

/**
 * The container that a session's devices use, with what is mapped in it.
 *
 * <p>A container takes mappings only while an IOMMU is set, and it has one only while a group is in it; the last group
 * that leaves takes all mappings with it (drivers/vfio/container.c). Mappings of an address space outlive its devices,
 * so they are recorded here as the kernel would record them, and given to the kernel, all or none, whenever the first
 * group has come. The record is what the kernel holds, or is to hold; it is never asked what to do.
 */
final class MappedContainer {

    private final Container container;
    private final boolean iommufd;
    private final String space;
    private final PinningFacts pinning;
    private final BarMemory bars;
    final DirtyPages dirtyPages;
    private final TreeMap<Long, Mapping> record = new TreeMap<>(Long::compareUnsigned);
    private long bytes;
    private long deviceBytes;
    private int groups;
    private boolean iommuSet;
    private boolean holding;

    /**
     * @param container the container, empty
     * @param iommufd whether iommufd serves it
     * @param space the address space's name, for messages
     * @param pinning tells about memory that was not pinned
     * @param bars gives BARs addresses
     */
    MappedContainer(
            Container container, boolean iommufd, String space, PinningFacts pinning, BarMemory bars) {
        this.bars = bars;
        this.dirtyPages = new DirtyPages(container);
        this.container = container;
        this.iommufd = iommufd;
        this.space = space;
        this.pinning = pinning;
    }

    /** Goes on from what another object knew of the same container. */
    void goOnFrom(List<Mapping> recorded, int groupsIn, boolean hasIommu, boolean holds) {
        recorded.forEach(this::add);
        groups = groupsIn;
        iommuSet = hasIommu;
        holding = holds;
    }

    boolean iommuSet() {
        return iommuSet;
    }

    boolean servedByIommufd() {
        return iommufd;
    }

    long mappings() {
        return record.size();
    }

    long bytes() {
        return bytes;
    }

    /** {@return bytes that an IOMMU's page table keeps pinned: a device's memory has no pages to pin} */
    long pinnableBytes() {
        return bytes - deviceBytes;
    }

    /** {@return whether a cut takes away from devices what stays, for a moment: nothing does while nothing is held} */
    boolean remapsCuts() {
        return holding;
    }

    /** {@return what is mapped, or is to be, sorted by address} */
    Collection<Mapping> recorded() {
        return record.values();
    }

    /** {@return what the kernel lets be mapped; everything while it has no IOMMU to ask} */
    RangeSet usable() throws ErrnoException {
        return iommuSet ? container.info().ranges().usable() : RangeSet.ALL;
    }

    /** {@return how many mappings the kernel still takes; empty while it has no IOMMU to ask, or does not tell} */
    OptionalLong entriesLeft() throws ErrnoException {
        return iommuSet ? container.info().entriesLeft() : OptionalLong.empty();
    }

    /**
     * Lets a group in. If others are in already, the kernel maps for it what they have mapped.
     *
     * @param group the group, in no container
     * @throws ErrnoException if the kernel refuses; the group is outside
     */
    void admit(Group group) throws ErrnoException {
        group.join(container);
        try {
            if (!iommuSet) {
                container.setIommu();
                dirtyPages.iommuSet();
            }
        } catch (ErrnoException failure) {
            try {
                group.leave();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
        iommuSet = true;
        groups++;
    }

    /**
     * Gives the kernel what is recorded, if it does not hold it already.
     *
     * @throws IommuException if the kernel refuses one of the mappings; it holds none of them
     */
    void fill() throws IommuException {
        if (holding) {
            return;
        }
        try {
            long held = 0;
            for (Mapping mapping : record.values()) {
                issue(mapping, held++);
            }
        } catch (IommuException failure) {
            empty(failure);
            throw failure;
        }
        holding = true;
    }

    private void empty(IommuException failure) {
        try {
            container.unmapAll();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Lets a group out, none of whose devices is open.
     *
     * @param group a group that was admitted
     * @throws ErrnoException if the kernel refuses; the group is still in
     */
    void dismiss(Group group) throws ErrnoException {
        if (groups == 1 && holding) {
            dirtyPages.collect(record.values());
        }
        group.leave();
        groups--;
        // An iommufd's address space stays until the file is closed.
        if (groups == 0 && !iommufd) {
            iommuSet = false;
            holding = false;
        }
    }

    void map(Mapping mapping) throws IommuException {
        if (holding) {
            issue(mapping, record.size());
        } else {
            requireWay(mapping);
            requireFree(mapping);
        }
        add(mapping);
    }

    /** The operation for people: words that take longer than the ioctl are found only for what fails. */
    private String toMap(Mapping mapping) {
        return "map " + words(mapping) + " into '" + space + "'";
    }

    private static String words(Mapping mapping) {
        return mapping.range() + " " + mapping.access().symbol() + " " + mapping.route().symbol();
    }

    private void issue(Mapping mapping, long held) throws IommuException {
        long address = address(mapping);
        try {
            container.map(mapping.range(), mapping.access(), address);
        } catch (ErrnoException failure) {
            bars.leave(mapping);
            throw causes(held, failure).of(mapping, failure).failing(toMap(mapping), mapping.range(), failure);
        }
    }

    private long address(Mapping mapping) throws IommuException {
        requireWay(mapping);
        return mapping.backing() instanceof Backing.DeviceBar bar
                ? bars.enter(mapping, bar, toMap(mapping))
                : MappingCauses.position(mapping);
    }

    private void requireWay(Mapping mapping) throws IommuException {
        boolean known = mapping.backing() instanceof Backing.UserMemory
                || mapping.backing() instanceof Backing.MemoryFile file && file.address() != 0
                || mapping.backing() instanceof Backing.DeviceBar;
        if (mapping.route() != Route.USER || !known) {
            throw MappingCauses.noWay(toMap(mapping), mapping);
        }
    }

    private MapCauses causes(long held, ErrnoException failure) {
        try {
            return new MapCauses(Optional.of(container.info()), held, pinning);
        } catch (ErrnoException untold) {
            failure.addSuppressed(untold);
            return new MapCauses(Optional.empty(), held, pinning);
        }
    }

    private void requireFree(Mapping mapping) throws IommuException {
        AddressRange range = mapping.range();
        var before = record.floorEntry(range.last());
        if (before != null && before.getValue().range().overlaps(range)) {
            var cause = MappingCauses.occupied(range);
            throw new IommuException(
                    toMap(mapping), Errno.EEXIST.name(), range, cause.why(), cause.remedy(), null);
        }
    }

    void unmap(Mapping mapping) throws IommuException {
        Supplier<String> operation = () -> "unmap " + words(mapping) + " from '" + space + "'";
        AddressRange range = mapping.range();
        long removed = remove(mapping, operation);
        if (removed != range.size()) {
            throw removed == 0
                    ? UnmapCauses.absent(operation.get(), range)
                    : MappingCauses.tooShort(operation.get(), range, removed);
        }
    }

    /** Removes a mapping from the kernel, if it holds it, and from the record; says how many bytes there were. */
    private long remove(Mapping mapping, Supplier<String> operation) throws IommuException {
        AddressRange range = mapping.range();
        if (!holding) {
            Mapping recorded = record.get(range.start());
            boolean there = recorded != null && recorded.range().equals(range);
            return there ? forget(range) : 0;
        }
        try {
            long removed = dirtyPages.unmap(range, within(range));
            forget(range);
            return removed;
        } catch (ErrnoException failure) {
            throw UnmapCauses.failing(operation.get(), range, failure);
        }
    }

    /** Forgets the mappings in a range. As in the kernel, none of them reaches out of it. */
    private long forget(AddressRange range) {
        Mapping only = record.get(range.start());
        if (only != null && only.range().equals(range)) {
            record.remove(range.start());
            return forgotten(only);
        }
        Collection<Mapping> gone = within(range);
        long removed = gone.stream().mapToLong(this::forgotten).sum();
        gone.clear();
        return removed;
    }

    private long forgotten(Mapping mapping) {
        bars.leave(mapping);
        deviceBytes -= deviceBytes(mapping);
        bytes -= mapping.range().size();
        return mapping.range().size();
    }

    private Collection<Mapping> within(AddressRange range) {
        return record.subMap(range.start(), true, range.last(), true).values();
    }

    private void add(Mapping mapping) {
        record.put(mapping.range().start(), mapping);
        bytes += mapping.range().size();
        deviceBytes += deviceBytes(mapping);
    }

    /** {@return bytes of a mapping that are a device's memory} */
    static long deviceBytes(Mapping mapping) {
        return mapping.backing() instanceof Backing.DeviceBar ? mapping.range().size() : 0;
    }

    /**
     * Begins to track which pages devices write.
     *
     * @return bytes that a bit stands for
     * @throws ErrnoException if the kernel refuses
     */
    long startTracking(long pageSize) throws ErrnoException {
        dirtyPages.start(iommuSet);
        return iommuSet ? Long.lowestOneBit(container.info().pageSizes()) : pageSize;
    }

    /**
     * Tells which pages were written since they were told last.
     *
     * @param range the addresses
     * @return the pages
     * @throws ErrnoException if the kernel does not tell
     */
    RangeSet takeDirty(AddressRange range) throws ErrnoException {
        if (holding) {
            dirtyPages.collect(record.values().stream()
                    .filter(mapping -> mapping.range().overlaps(range))
                    .toList());
        }
        return dirtyPages.take(range);
    }

    void stopTracking() throws ErrnoException {
        dirtyPages.stop(iommuSet);
    }

    /**
     * Shrinks a mapping, with the meaning of {@link org.pinion.spi.backend.BackendSession#cut}. Type1 cannot keep pages
     * pinned over it: devices miss the parts that stay, and their pages may be others by then only if the memory's
     * owner has exchanged them meanwhile.
     *
     * @param mapping the mapping
     * @param keep the parts that stay
     * @throws CutException if the kernel refused half-way and did not let it be undone
     * @throws IommuException if the kernel refused; the mapping is as it was
     */
    void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        String operation = "cut " + words(mapping) + " to " + keep + " in '" + space + "'";
        AddressRange range = mapping.range();
        long removed = remove(mapping, () -> operation);
        if (removed == 0) {
            throw UnmapCauses.absent(operation, range);
        }
        if (removed != range.size()) {
            throw new CutException(List.of(), MappingCauses.tooShort(operation, range, removed));
        }
        for (int done = 0; done < keep.size(); done++) {
            try {
                map(mapping.slice(keep.get(done)));
            } catch (IommuException failure) {
                undo(mapping, keep.subList(0, done), failure);
            }
        }
    }

    private void undo(Mapping whole, List<AddressRange> done, IommuException failure) throws IommuException {
        List<AddressRange> left = done;
        try {
            for (AddressRange part : done) {
                unmap(whole.slice(part));
                left = left.subList(1, left.size());
            }
            map(whole);
        } catch (IommuException stuck) {
            failure.addSuppressed(stuck);
            throw new CutException(left, failure);
        }
        throw failure;
    }

    /**
     * Removes everything from the kernel, as long as it holds anything.
     *
     * @throws ErrnoException if the kernel refuses
     */
    void unmapAll() throws ErrnoException {
        record.values().forEach(bars::leave);
        record.clear();
        bytes = 0;
        deviceBytes = 0;
        if (holding) {
            container.unmapAll();
        }
    }
}
