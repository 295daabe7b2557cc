package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.Closing;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.InDoubtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The IOASes beside the session's, one for all devices with the same limits. Every change of a mapping reaches all of
 * them or none: what is removed goes from them first, and what is added comes to them last, since they are filled from
 * the session's.
 */
final class ApartSpaces {

    private static final Logger LOG = LoggerFactory.getLogger(ApartSpaces.class);

    private final IommuFd iommu;
    private final MappedIoas main;
    private final Maker maker;
    private final List<ApartSpace> spaces = new ArrayList<>();

    /** Makes an IOAS with the session's options, and what maps in it. */
    interface Maker {
        ApartSpace make(Scratch object, DeviceLimits limits);

        /** Tells the kernel the session's options about a new one. */
        void prepare(Scratch object) throws ErrnoException;
    }

    /** Changes the session's own IOAS. */
    interface Change {
        void run() throws IommuException;
    }

    ApartSpaces(IommuFd iommu, MappedIoas main, Maker maker) {
        this.iommu = iommu;
        this.main = main;
        this.maker = maker;
    }

    boolean isEmpty() {
        return spaces.isEmpty();
    }

    List<ApartSpace> all() {
        return spaces;
    }

    /**
     * Goes on with an IOAS that another object had.
     *
     * @param object the IOAS
     * @param limits what its devices allow
     * @param entries what is mapped in it
     * @param devices the devices that are to be in it
     */
    void goOnWith(Scratch object, DeviceLimits limits, List<Mapping> entries, List<String> devices) {
        ApartSpace space = maker.make(object, limits);
        space.goOnWith(entries);
        space.devices().addAll(devices);
        spaces.add(space);
    }

    /** {@return where a device is to be, if it is apart} */
    Optional<ApartSpace> of(String device) {
        return spaces.stream().filter(space -> space.devices().contains(device)).findFirst();
    }

    /**
     * Assigns a device to an IOAS for its limits, which is made and filled if there is none.
     *
     * @param limits the device's limits
     * @param mapped what the session's IOAS has
     * @param operation what is being done, for messages
     * @return the IOAS
     * @throws IommuException if the kernel refuses; nothing is left of it
     */
    ApartSpace assign(DeviceLimits limits, List<Mapping> mapped, String operation) throws IommuException {
        ApartSpace space = spaces.stream().filter(known -> known.fits(limits)).findFirst().orElse(null);
        if (space == null) {
            space = filled(limits, mapped, operation);
            spaces.add(space);
        }
        space.devices().add(limits.device());
        return space;
    }

    private ApartSpace filled(DeviceLimits limits, List<Mapping> mapped, String operation) throws IommuException {
        try {
            Scratch object = Scratch.allocate(iommu);
            try {
                maker.prepare(object);
                ApartSpace space = maker.make(object, limits);
                for (Mapping mapping : mapped) {
                    space.add(mapping);
                }
                return space;
            } catch (ErrnoException | IommuException | RuntimeException failure) {
                discard(object);
                throw failure;
            }
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
    }

    /** A device is not to be apart any more; an IOAS that nobody is to be in goes. */
    void leave(String device) {
        spaces.removeIf(space -> space.devices().remove(device) && space.devices().isEmpty() && gone(space));
    }

    private static boolean gone(ApartSpace space) {
        discard(space.object());
        return true;
    }

    private static void discard(Scratch object) {
        try {
            object.close();
        } catch (ErrnoException failure) {
            // Nobody uses it; the kernel is asked again before the next change.
            LOG.warn("an IOAS that no device is in stays for now: {}", failure.getMessage());
        }
    }

    /**
     * Adds a mapping that the session's IOAS has already.
     *
     * @param mapping the mapping
     * @throws IommuException if the kernel refuses; the mapping is nowhere, or it is an {@link InDoubtException}
     */
    void add(Mapping mapping) throws IommuException {
        for (int done = 0; done < spaces.size(); done++) {
            try {
                spaces.get(done).add(mapping);
            } catch (InDoubtException failure) {
                throw failure;
            } catch (IommuException failure) {
                takeBack(mapping, spaces.subList(0, done), failure);
                throw failure;
            }
        }
    }

    private void takeBack(Mapping mapping, List<ApartSpace> done, IommuException failure) throws InDoubtException {
        try {
            for (ApartSpace space : done) {
                space.remove(mapping.range());
            }
            main.unmap(mapping);
        } catch (IommuException stuck) {
            failure.addSuppressed(stuck);
            throw new InDoubtException(failure);
        }
    }

    /**
     * Removes what is in them of a mapping.
     *
     * @param range the mapping's addresses
     * @throws IommuException if the kernel refuses; some of it may be gone
     */
    void remove(AddressRange range) throws IommuException {
        for (ApartSpace space : spaces) {
            space.remove(range);
        }
    }

    /**
     * Shrinks a mapping in them and in the session's IOAS.
     *
     * @param mapping the mapping
     * @param keep the parts that stay
     * @param pinning finds a device whose page table keeps pages pinned aside, among those in an IOAS
     * @param here shrinks it in the session's IOAS
     * @throws IommuException if the kernel refuses; the mapping is as it was, or it is an {@link InDoubtException}; a
     *     {@link CutException} only if there is no IOAS but the session's
     */
    void cut(Mapping mapping, List<AddressRange> keep, Function<MappedIoas, OptionalInt> pinning, Change here)
            throws IommuException {
        if (spaces.isEmpty()) {
            here.run();
            return;
        }
        try {
            for (ApartSpace space : spaces) {
                space.cut(mapping, keep, pinning.apply(space.ioas()));
            }
        } catch (IommuException failure) {
            IommuException plain = plain(failure);
            bringBack(mapping, plain);
            throw plain;
        }
        cutHere(mapping, here);
    }

    private void cutHere(Mapping mapping, Change here) throws IommuException {
        try {
            here.run();
        } catch (CutException halfWay) {
            throw new InDoubtException(halfWay);
        } catch (IommuException failure) {
            bringBack(mapping, failure);
            throw failure;
        }
    }

    private void bringBack(Mapping mapping, IommuException failure) throws InDoubtException {
        try {
            for (ApartSpace space : spaces) {
                space.add(mapping);
            }
        } catch (IommuException stuck) {
            failure.addSuppressed(stuck);
            throw new InDoubtException(failure);
        }
    }

    /** What failed in one of them says nothing of what is left in the session's. */
    private static IommuException plain(IommuException failure) {
        return failure instanceof CutException halfWay
                ? new IommuException(
                        halfWay.operation(),
                        halfWay.errno().orElse(null),
                        halfWay.range().orElse(null),
                        halfWay.why(),
                        halfWay.remedy(),
                        halfWay)
                : failure;
    }

    /**
     * {@return the bytes that those of them keep pinned of which a page table does}
     *
     * @param pins tells them
     */
    long pinnedBytes(Predicate<MappedIoas> pins) {
        List<ApartSpace> pinning = spaces.stream().filter(space -> pins.test(space.ioas())).toList();
        if (pinning.size() < 2) {
            return pinning.isEmpty() ? 0 : pinning.getFirst().ioas().pinnableBytes();
        }
        RangeSet pinned = RangeSet.EMPTY;
        for (ApartSpace space : pinning) {
            pinned = pinned.union(space.pinnable());
        }
        return pinned.ranges().stream().mapToLong(AddressRange::size).sum();
    }

    /** Destroys all of them, whatever fails. */
    void close(Closing closing) {
        for (ApartSpace space : spaces) {
            closing.step("destroy an IOAS beside the space's", space.object()::close);
        }
        spaces.clear();
    }
}
