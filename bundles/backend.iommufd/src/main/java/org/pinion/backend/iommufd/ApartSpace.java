package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.VfioDevice;
import org.pinion.linux.Errno;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.InDoubtException;

/**
 * An IOAS beside the session's, for devices that a policy has set apart and that have the same limits: it holds what
 * the session's does, but what these devices forbid. Memory comes by {@code IOMMU_IOAS_COPY}, which shares the pages; a
 * BAR is exported and mapped once more, since nothing of it is pinned.
 */
final class ApartSpace {

    private final MappedIoas main;
    private final Scratch object;
    private final MappedIoas ioas;
    private final DeviceLimits limits;
    private final Owners owners;
    private final TreeMap<Long, Mapping> entries = new TreeMap<>(Long::compareUnsigned);
    private final Set<String> devices = new TreeSet<>();

    /** Finds the device that hands a BAR out. */
    interface Owners {
        VfioDevice owner(Mapping mapping, String device) throws IommuException;
    }

    /**
     * @param main the session's IOAS
     * @param object the IOAS, empty
     * @param ioas the same, to map in
     * @param limits what its devices allow
     * @param owners finds the device that hands a BAR out
     */
    ApartSpace(MappedIoas main, Scratch object, MappedIoas ioas, DeviceLimits limits, Owners owners) {
        this.main = main;
        this.object = object;
        this.ioas = ioas;
        this.limits = limits;
        this.owners = owners;
    }

    Scratch object() {
        return object;
    }

    MappedIoas ioas() {
        return ioas;
    }

    DeviceLimits limits() {
        return limits;
    }

    /** {@return what is mapped, entry by entry} */
    List<Mapping> entries() {
        return List.copyOf(entries.values());
    }

    /** Goes on with what another object knew to be mapped. */
    void goOnWith(List<Mapping> known) {
        known.forEach(entry -> entries.put(entry.range().start(), entry));
        known.forEach(ioas::goOnWith);
    }

    /** {@return the devices that are to be in it, whether they are attached yet or not} */
    Set<String> devices() {
        return devices;
    }

    /** Whether a device can be in it. */
    boolean fits(DeviceLimits other) {
        return limits.usable().equals(other.usable()) && limits.alignment() == other.alignment();
    }

    /** {@return what its page tables keep pinned} */
    RangeSet pinnable() {
        return RangeSet.of(entries.values().stream()
                .filter(entry -> entry.route() != Route.DMA_BUF)
                .map(Mapping::range)
                .toList());
    }

    /**
     * Adds what its devices can use of a mapping that the session's IOAS has, and that is not here yet.
     *
     * @param mapping the mapping
     * @throws IommuException if the kernel refuses; nothing was added, or it is an {@link InDoubtException}
     */
    void add(Mapping mapping) throws IommuException {
        RangeSet missing = limits.reached(mapping.range()).minus(held(mapping.range()));
        List<Mapping> done = new ArrayList<>();
        for (AddressRange part : missing) {
            try {
                put(mapping.slice(part));
                done.add(mapping.slice(part));
            } catch (IommuException failure) {
                takeBack(done, failure);
                throw failure;
            }
        }
    }

    private RangeSet held(AddressRange range) {
        return RangeSet.of(within(range).stream().map(Mapping::range).toList());
    }

    private void put(Mapping part) throws IommuException {
        if (part.route() != Route.DMA_BUF) {
            ioas.copy(main, part);
        } else if (part.backing() instanceof Backing.DeviceBar bar) {
            ioas.mapBar(part, bar, owners.owner(part, bar.device()));
        } else {
            ioas.map(part);
        }
        entries.put(part.range().start(), part);
    }

    private void takeBack(List<Mapping> done, IommuException failure) throws InDoubtException {
        try {
            for (Mapping part : done) {
                unmap(part);
            }
        } catch (IommuException stuck) {
            failure.addSuppressed(stuck);
            throw new InDoubtException(failure);
        }
    }

    /**
     * Removes what is here of a range that the session's IOAS has as one mapping.
     *
     * @param range the range
     * @throws IommuException if the kernel refuses; the rest may be gone
     */
    void remove(AddressRange range) throws IommuException {
        for (Mapping entry : within(range)) {
            unmap(entry);
        }
    }

    private List<Mapping> within(AddressRange range) {
        return entries.subMap(range.start(), true, range.last(), true).values().stream()
                .filter(entry -> range.contains(entry.range()))
                .toList();
    }

    /** That nothing is there, of a part, must not be taken for an answer about the whole mapping. */
    private void unmap(Mapping entry) throws IommuException {
        try {
            ioas.unmap(entry);
        } catch (IommuException failure) {
            if (failure.errno().filter(Errno.ENOENT.name()::equals).isEmpty()) {
                throw failure;
            }
            throw new IommuException(
                    failure.operation(), null, entry.range(), failure.why(), failure.remedy(), failure);
        }
        entries.remove(entry.range().start());
    }

    /**
     * Shrinks what is here of a mapping.
     *
     * @param mapping a mapping of the session's IOAS
     * @param keep the parts of it that stay
     * @param pinningDevice a device whose page table keeps pages pinned aside; empty if there is none
     * @throws IommuException if the kernel refuses; {@link #add} brings back what is gone
     */
    void cut(Mapping mapping, List<AddressRange> keep, OptionalInt pinningDevice) throws IommuException {
        RangeSet kept = RangeSet.of(keep);
        for (Mapping entry : within(mapping.range())) {
            List<AddressRange> parts = kept.intersect(entry.range()).ranges();
            if (parts.isEmpty()) {
                unmap(entry);
            } else if (!parts.equals(List.of(entry.range()))) {
                cutEntry(entry, parts, pinningDevice);
            }
        }
    }

    private void cutEntry(Mapping entry, List<AddressRange> parts, OptionalInt pinningDevice) throws IommuException {
        try {
            ioas.cut(entry, parts, pinningDevice);
            replace(entry, parts);
        } catch (CutException halfWay) {
            replace(entry, halfWay.left());
            throw halfWay;
        }
    }

    private void replace(Mapping entry, List<AddressRange> parts) {
        entries.remove(entry.range().start());
        parts.forEach(part -> entries.put(part.start(), entry.slice(part)));
    }
}
