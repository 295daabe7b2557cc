package org.pinion.backend.vfio;

import java.util.Optional;
import org.pinion.api.Mapping;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;

/**
 * Why a mapping was not made, in words: {@code vfio_dma_do_map} in drivers/vfio/vfio_iommu_type1.c.
 *
 * @param info what the container says of itself; empty if it did not
 * @param mappings how many mappings it has
 * @param pinning tells about memory that was not pinned
 */
record MapCauses(Optional<ContainerInfo> info, long mappings, PinningFacts pinning) {

    /**
     * @param mapping the mapping that was to be made
     * @param failure the kernel's answer
     * @return the cause
     */
    Cause of(Mapping mapping, ErrnoException failure) {
        return switch (failure.errno()) {
            case EEXIST -> MappingCauses.occupied(mapping.range());
            case ENOSPC ->
                new Cause(
                        "the container takes no more mappings: it has %d, and a new one costs an entry whatever its"
                                .formatted(mappings) + " size",
                        "raise the limit, echo 1000000 > " + EntryLimit.FILE
                                + ", and open the address space anew: a container reads it once");
            case EINVAL -> invalid(mapping);
            case EFAULT ->
                new Cause(
                        mapping.backing() + " cannot be pinned: " + MappingCauses.unpinnable(mapping, pinning),
                        "leave holes out, map read-only memory for reading only, and a BAR while its device's memory"
                                + " is enabled");
            case ENOMEM -> MappingCauses.noMemory(mapping.range().size(), pinning);
            case EOVERFLOW -> new Cause("an address or the length reaches past 2^64-1", "leave the last page out");
            case EPERM -> new Cause("the mapping belongs to another process", "map it from the process that opened it");
            default -> Cause.unknown(failure);
        };
    }

    private Cause invalid(Mapping mapping) {
        return info.flatMap(known -> MappingCauses.outside(mapping, known.ranges()))
                .orElseGet(() -> new Cause(
                        mapping.range() + " or " + mapping.backing()
                                + " is not what an attached device's IOMMU can map",
                        "trim it to whole pages, inside what the devices can use"));
    }
}
