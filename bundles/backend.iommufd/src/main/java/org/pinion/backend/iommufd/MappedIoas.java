package org.pinion.backend.iommufd;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.IovaRanges;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.CutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The IOAS that a session's devices use: maps, unmaps, and counts what is mapped. */
final class MappedIoas {

    private static final Logger LOG = LoggerFactory.getLogger(MappedIoas.class);

    private final Kernel kernel;
    private final IommuFd iommu;
    private final int ioas;
    private final String space;
    private final PinningFacts pinning;
    private long mappings;
    private long bytes;
    private long deviceBytes;
    private final TreeMap<Long, AddressRange> writable = new TreeMap<>(Long::compareUnsigned);

    /**
     * @param kernel the kernel
     * @param iommu the iommufd
     * @param ioas the IOAS in it
     * @param space the address space's name, for messages
     * @param pinning tells about memory that was not pinned
     */
    MappedIoas(Kernel kernel, IommuFd iommu, int ioas, String space, PinningFacts pinning) {
        this.kernel = kernel;
        this.iommu = iommu;
        this.ioas = ioas;
        this.space = space;
        this.pinning = pinning;
    }

    /**
     * Counts on from what another object counted.
     *
     * @param mappings entries
     * @param bytes they cover
     * @param deviceBytes of them a device's memory
     * @param writable what devices may write, one range an entry
     */
    void goOnFrom(long mappings, long bytes, long deviceBytes, List<AddressRange> writable) {
        this.mappings = mappings;
        this.bytes = bytes;
        this.deviceBytes = deviceBytes;
        writable.forEach(range -> this.writable.put(range.start(), range));
    }

    /**
     * Unmaps what a process that has ended may have left, and counts what is left then. An entry that reaches beyond
     * the range keeps the kernel from looking further, so it is asked as long as it finds something.
     *
     * @param operation what is being done
     * @param entries what is there for certain
     * @param doubtful what may be there, or parts of it
     * @throws IommuException if the kernel refuses
     */
    void goOnAfterCrash(String operation, List<Mapping> entries, List<Mapping> doubtful) throws IommuException {
        boolean found = true;
        while (found) {
            found = false;
            for (Mapping entry : doubtful) {
                found |= clear(operation, entry.range());
            }
        }
        forgetCounts();
        entries.forEach(this::goOnWith);
    }

    private boolean clear(String operation, AddressRange range) throws IommuException {
        try {
            return iommu.unmap(ioas, range) > 0;
        } catch (ErrnoException failure) {
            if (failure.errno() == Errno.ENOENT) {
                return false;
            }
            throw UnmapCauses.of(range, failure).failing(operation, range, failure);
        }
    }

    /** Counts what another object mapped. */
    void goOnWith(Mapping mapping) {
        count(mapping, 1, mapping.range().size());
    }

    int id() {
        return ioas;
    }

    /** {@return what devices may write, one range an entry} */
    List<AddressRange> writableEntries() {
        return List.copyOf(writable.values());
    }

    long mappings() {
        return mappings;
    }

    long bytes() {
        return bytes;
    }

    /** {@return bytes that a page table keeps pinned: a device's memory has no pages to pin} */
    long pinnableBytes() {
        return bytes - deviceBytes;
    }

    /** {@return what devices may write} */
    RangeSet writable() {
        return RangeSet.of(writable.values());
    }

    long pageSize() {
        return kernel.pageSize();
    }

    IovaRanges ranges() throws ErrnoException {
        return iommu.iovaRanges(ioas);
    }

    void map(Mapping mapping) throws IommuException {
        iommu.sweep();
        try {
            issue(mapping);
        } catch (ErrnoException failure) {
            throw causes(failure).of(mapping, failure).failing(toMap(mapping), mapping.range(), failure);
        }
        count(mapping, 1, mapping.range().size());
    }

    /**
     * Maps a part of a BAR by a dma-buf of exactly that part. The buffer's descriptor is closed at once: the mapping
     * keeps the buffer, and one that was revoked is no use for a second mapping that a new one were not as good for.
     *
     * @param mapping what to map
     * @param bar its backing
     * @param owner the device that has the BAR, open in this session
     * @throws IommuException if the device does not export the part or the kernel does not map it
     */
    void mapBar(Mapping mapping, Backing.DeviceBar bar, VfioDevice owner) throws IommuException {
        String operation = toMap(mapping);
        int buffer;
        try {
            buffer = owner.exportDmaBuf(bar.bar(), bar.offset(), mapping.range().size());
        } catch (ErrnoException failure) {
            throw ExportCauses.of(bar.bar(), bar.device(), failure).failing(operation, mapping.range(), failure);
        }
        try {
            iommu.mapFile(ioas, mapping.range(), mapping.access(), buffer, 0);
        } catch (ErrnoException failure) {
            throw causes(failure).of(mapping, failure).failing(operation, mapping.range(), failure);
        } finally {
            forget(buffer, operation);
        }
        count(mapping, 1, mapping.range().size());
    }

    /**
     * Maps what another IOAS has mapped, with the same pages: they are pinned once for both.
     *
     * @param from the other IOAS
     * @param mapping what to map; the other has it whole
     * @throws IommuException if the kernel does not map it
     */
    void copy(MappedIoas from, Mapping mapping) throws IommuException {
        try {
            iommu.copy(from.ioas, ioas, mapping.range(), mapping.access());
        } catch (ErrnoException failure) {
            throw causes(failure).of(mapping, failure).failing(toMap(mapping), mapping.range(), failure);
        }
        count(mapping, 1, mapping.range().size());
    }

    private void forget(int buffer, String operation) {
        int answer = kernel.close(buffer);
        if (answer < 0) {
            // The descriptor is gone all the same, as close(2) says, and the mapping does not depend on it.
            LOG.warn("{}: its dma-buf does not close: {}", operation, Errno.of(-answer).text());
        }
    }

    /** The operation for people: words that take longer than the ioctl are found only for what fails. */
    private String toMap(Mapping mapping) {
        return "map " + words(mapping) + " into '" + space + "'";
    }

    private static String words(Mapping mapping) {
        return mapping.range() + " " + mapping.access().symbol() + " " + mapping.route().symbol();
    }

    private void issue(Mapping mapping) throws ErrnoException, IommuException {
        Backing backing = mapping.backing();
        if (mapping.route() == Route.USER && backing instanceof Backing.UserMemory user) {
            iommu.map(ioas, mapping.range(), mapping.access(), user.address());
        } else if (mapping.route() == Route.USER && backing instanceof Backing.MemoryFile file && file.address() != 0) {
            iommu.map(ioas, mapping.range(), mapping.access(), file.address());
        } else if (mapping.route() == Route.FILE && backing instanceof Backing.MemoryFile file) {
            iommu.mapFile(ioas, mapping.range(), mapping.access(), file.fd(), file.offset());
        } else if (mapping.route() == Route.DMA_BUF && backing instanceof Backing.DmaBuf buffer) {
            iommu.mapFile(ioas, mapping.range(), mapping.access(), buffer.fd(), buffer.offset());
        } else {
            throw MappingCauses.noWay(toMap(mapping), mapping);
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
        iommu.sweep();
        long removed;
        try {
            removed = iommu.unmap(ioas, range);
        } catch (ErrnoException failure) {
            throw UnmapCauses.of(range, failure).failing(toUnmap(mapping), range, failure);
        }
        count(mapping, -1, -removed);
        if (removed != range.size()) {
            throw MappingCauses.tooShort(toUnmap(mapping), range, removed);
        }
    }

    private String toUnmap(Mapping mapping) {
        return "unmap " + words(mapping) + " from '" + space + "'";
    }

    /**
     * Shrinks a mapping, with the meaning of {@link org.pinion.spi.backend.BackendSession#cut}.
     *
     * @param mapping the mapping
     * @param keep the parts that stay
     * @param pinningDevice a device whose page table keeps pages pinned aside; empty if none that is attached does
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
        count(cut, -1, -cut.range().size());
        parts.forEach(part -> count(cut.slice(part), 1, part.size()));
    }

    private void count(Mapping mapping, int entries, long size) {
        mappings += entries;
        bytes += size;
        deviceBytes += mapping.route() == Route.DMA_BUF ? size : 0;
        if (entries < 0) {
            writable.remove(mapping.range().start());
        } else if (mapping.access().writable()) {
            writable.put(mapping.range().start(), mapping.range());
        }
    }

    /**
     * Removes everything that is mapped.
     *
     * @throws ErrnoException if the kernel refuses
     */
    void unmapAll() throws ErrnoException {
        iommu.unmapAll(ioas);
        forgetCounts();
    }

    private void forgetCounts() {
        mappings = 0;
        bytes = 0;
        deviceBytes = 0;
        writable.clear();
    }
}
