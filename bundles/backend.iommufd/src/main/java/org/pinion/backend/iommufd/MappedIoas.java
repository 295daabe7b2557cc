package org.pinion.backend.iommufd;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.CutException;

/** The IOAS that a session's devices use: maps, unmaps, and counts what is mapped. */
final class MappedIoas {

    private final IommuFd iommu;
    private final int ioas;
    private final String space;
    private final PinningFacts pinning;
    private long mappings;
    private long bytes;

    /**
     * @param iommu the iommufd
     * @param ioas the IOAS in it
     * @param space the address space's name, for messages
     * @param pinning tells about memory that was not pinned
     */
    MappedIoas(IommuFd iommu, int ioas, String space, PinningFacts pinning) {
        this.iommu = iommu;
        this.ioas = ioas;
        this.space = space;
        this.pinning = pinning;
    }

    int id() {
        return ioas;
    }

    long mappings() {
        return mappings;
    }

    long bytes() {
        return bytes;
    }

    IovaRanges ranges() throws ErrnoException {
        return iommu.iovaRanges(ioas);
    }

    void map(Mapping mapping) throws IommuException {
        String operation = "map " + words(mapping) + " into '" + space + "'";
        iommu.sweep();
        try {
            issue(mapping, operation);
        } catch (ErrnoException failure) {
            throw causes(failure).of(mapping, failure).failing(operation, mapping.range(), failure);
        }
        count(1, mapping.range().size());
    }

    private static String words(Mapping mapping) {
        return mapping.range() + " " + mapping.access().symbol() + " " + mapping.route().symbol();
    }

    private void issue(Mapping mapping, String operation) throws ErrnoException, IommuException {
        Backing backing = mapping.backing();
        if (mapping.route() == Route.USER && backing instanceof Backing.UserMemory user) {
            iommu.map(ioas, mapping.range(), mapping.access(), user.address());
        } else if (mapping.route() == Route.USER && backing instanceof Backing.MemoryFile file && file.address() != 0) {
            iommu.map(ioas, mapping.range(), mapping.access(), file.address());
        } else if (mapping.route() == Route.FILE && backing instanceof Backing.MemoryFile file) {
            iommu.mapFile(ioas, mapping.range(), mapping.access(), file.fd(), file.offset());
        } else {
            throw new IommuException(
                    operation,
                    null,
                    mapping.range(),
                    backing + " cannot be mapped from this process by route " + mapping.route().symbol(),
                    "map memory or a memory file of this process",
                    null);
        }
    }

    private MapCauses causes(ErrnoException failure) {
        try {
            return new MapCauses(Optional.of(ranges()), pinning);
        } catch (ErrnoException untold) {
            failure.addSuppressed(untold);
            return new MapCauses(Optional.empty(), pinning);
        }
    }

    void unmap(Mapping mapping) throws IommuException {
        AddressRange range = mapping.range();
        String operation = "unmap " + words(mapping) + " from '" + space + "'";
        iommu.sweep();
        long removed;
        try {
            removed = iommu.unmap(ioas, range);
        } catch (ErrnoException failure) {
            throw UnmapCauses.of(range, failure).failing(operation, range, failure);
        }
        count(-1, -removed);
        if (removed != range.size()) {
            throw UnmapCauses.tooShort(operation, range, removed);
        }
    }

    /**
     * Shrinks a mapping, with the meaning of {@link org.pinion.spi.backend.BackendSession#cut}.
     *
     * @param mapping the mapping
     * @param keep the parts that stay
     * @param pinningDevice a device whose page table keeps pages pinned; empty if none that is attached does
     * @throws IommuException if the kernel refuses
     */
    void cut(Mapping mapping, List<AddressRange> keep, OptionalInt pinningDevice) throws IommuException {
        String operation = "cut " + words(mapping) + " to " + keep + " in '" + space + "'";
        iommu.sweep();
        try {
            new Cut(iommu, ioas, mapping, keep, operation).run(pinningDevice);
            left(mapping, keep);
        } catch (CutException failure) {
            left(mapping, failure.left());
            throw failure;
        }
    }

    private void left(Mapping cut, List<AddressRange> parts) {
        count(-1, -cut.range().size());
        parts.forEach(part -> count(1, part.size()));
    }

    private void count(int entries, long size) {
        mappings += entries;
        bytes += size;
    }

    /**
     * Removes everything that is mapped.
     *
     * @throws ErrnoException if the kernel refuses
     */
    void unmapAll() throws ErrnoException {
        iommu.unmapAll(ioas);
        mappings = 0;
        bytes = 0;
    }
}
