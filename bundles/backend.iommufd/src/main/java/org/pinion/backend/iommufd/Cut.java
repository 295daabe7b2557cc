package org.pinion.backend.iommufd;

import java.util.List;
import java.util.OptionalInt;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.CutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shrinks one mapping. The kernel never splits one, so it is copied into a scratch IOAS, removed, and the parts that
 * stay are copied back. A copy shares the pages with its original; while the scratch has a page table of its own the
 * pages stay pinned throughout, and nothing is charged again. Without one they are pinned anew as they are copied back.
 * The devices miss the parts that stay for as long as two ioctls take.
 */
final class Cut {

    private static final Logger LOG = LoggerFactory.getLogger(Cut.class);

    private final IommuFd iommu;
    private final int ioas;
    private final Mapping mapping;
    private final List<AddressRange> keep;
    private final String operation;

    /**
     * @param iommu the iommufd
     * @param ioas the IOAS in it that has the mapping
     * @param mapping the mapping
     * @param keep the parts that stay
     * @param operation what is being done, for messages
     */
    Cut(IommuFd iommu, int ioas, Mapping mapping, List<AddressRange> keep, String operation) {
        this.iommu = iommu;
        this.ioas = ioas;
        this.mapping = mapping;
        this.keep = keep;
        this.operation = operation;
    }

    /**
     * @param pinningDevice the id of a bound device whose page table keeps pages pinned; empty if none is needed, or
     *     none can
     * @throws CutException if the kernel refused half-way and did not let it be undone
     * @throws IommuException if the kernel refused; the mapping is as it was
     */
    void run(OptionalInt pinningDevice) throws IommuException {
        Scratch scratch = scratch();
        try {
            secure(scratch, pinningDevice);
            remove();
            putBack(scratch);
        } finally {
            discard(scratch);
        }
    }

    private Scratch scratch() throws IommuException {
        try {
            return Scratch.allocate(iommu);
        } catch (ErrnoException failure) {
            throw failed(failure);
        }
    }

    private void secure(Scratch scratch, OptionalInt pinningDevice) throws IommuException {
        try {
            if (pinningDevice.isPresent()) {
                scratch.pinAsFor(pinningDevice.getAsInt());
            }
            iommu.copy(ioas, scratch.ioas(), mapping.range(), mapping.access());
        } catch (ErrnoException failure) {
            throw failed(failure);
        }
    }

    private void remove() throws IommuException {
        AddressRange range = mapping.range();
        long removed;
        try {
            removed = iommu.unmap(ioas, range);
        } catch (ErrnoException failure) {
            throw failed(failure);
        }
        if (removed != range.size()) {
            throw new CutException(List.of(), MappingCauses.tooShort(operation, range, removed));
        }
    }

    private void putBack(Scratch scratch) throws IommuException {
        for (int done = 0; done < keep.size(); done++) {
            try {
                iommu.copy(scratch.ioas(), ioas, keep.get(done), mapping.access());
            } catch (ErrnoException failure) {
                undo(scratch, keep.subList(0, done), failed(failure));
            }
        }
    }

    private void undo(Scratch scratch, List<AddressRange> done, IommuException failure) throws IommuException {
        List<AddressRange> left = done;
        try {
            for (AddressRange part : done) {
                iommu.unmap(ioas, part);
                left = left.subList(1, left.size());
            }
            iommu.copy(scratch.ioas(), ioas, mapping.range(), mapping.access());
        } catch (ErrnoException stuck) {
            failure.addSuppressed(stuck);
            throw new CutException(left, failure);
        }
        throw failure;
    }

    private IommuException failed(ErrnoException failure) {
        return causes(failure).failing(operation, mapping.range(), failure);
    }

    private Cause causes(ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOENT, EBUSY, EDEADLOCK -> UnmapCauses.of(mapping.range(), failure);
            case ENOMEM -> new Cause("the kernel has no memory for a second page table", "free some memory");
            default -> Cause.unknown(failure);
        };
    }

    private void discard(Scratch scratch) {
        try {
            scratch.close();
        } catch (ErrnoException failure) {
            // The address space is as it should be; the scratch is tried again before the next change.
            LOG.warn("{}: its scratch address space stays for now: {}", operation, failure.getMessage());
        }
    }
}
