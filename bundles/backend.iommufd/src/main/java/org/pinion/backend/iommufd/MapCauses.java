package org.pinion.backend.iommufd;

import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.device.IovaRanges;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;

/**
 * Why a mapping was not made, in words: {@code iommufd_ioas_map} and {@code iommufd_ioas_map_file} in
 * drivers/iommu/iommufd/ioas.c, and what they call.
 *
 * @param ranges what the address space lets be mapped; empty if the kernel did not tell
 * @param pinning tells about memory that was not pinned
 */
record MapCauses(Optional<IovaRanges> ranges, PinningFacts pinning) {

    /**
     * @param mapping the mapping that was to be made
     * @param failure the kernel's answer
     * @return the cause
     */
    Cause of(Mapping mapping, ErrnoException failure) {
        AddressRange range = mapping.range();
        return switch (failure.errno()) {
            case EEXIST -> MappingCauses.occupied(range);
            case EINVAL -> invalid(mapping);
            case EFAULT ->
                new Cause(
                        mapping.backing() + " cannot be pinned: " + unpinnable(mapping),
                        "map a BAR as a dma-buf, leave holes out, and map read-only memory for reading only");
            case ENOMEM -> MappingCauses.noMemory(range.size(), pinning);
            case EOVERFLOW ->
                new Cause(
                        "an address or the length reaches 2^64-1, which the kernel does not take",
                        "leave the last page out");
            case EBADF -> new Cause(mapping.backing() + " is not open in this process", "keep the file open");
            case EPERM ->
                new Cause("the device would write to pages that may not be written", "map them for reading only");
            case EOPNOTSUPP ->
                new Cause(
                        "the kernel does not pin " + mapping.backing() + ": a file system without pages (DAX),"
                                + " or a dma-buf that is not one of vfio-pci",
                        "map other memory");
            case ENODEV ->
                new Cause(
                        mapping.backing() + " is a dma-buf that was revoked",
                        "enable the memory of the device that exports it, and map it again");
            case ENOTTY ->
                new Cause(
                        "the kernel does not map files: IOMMU_IOAS_MAP_FILE came with Linux 6.13",
                        "map it by address");
            case ENOENT -> new Cause("the kernel no longer has the address space", "open it again");
            default -> Cause.unknown(failure);
        };
    }

    private String unpinnable(Mapping mapping) {
        return mapping.route() == Route.USER
                ? MappingCauses.unpinnable(mapping, pinning)
                : "the file ends before the mapping does, or may not be written";
    }

    private Cause invalid(Mapping mapping) {
        return ranges.flatMap(known -> MappingCauses.outside(mapping, known)).orElseGet(() -> badBacking(mapping));
    }

    private static Cause badBacking(Mapping mapping) {
        return switch (mapping.route()) {
            case FILE ->
                new Cause(
                        mapping.backing() + " is not a memory file (memfd, shmem, hugetlbfs), or it ends before"
                                + " the mapping does",
                        "map it by address, or make the file longer");
            case DMA_BUF ->
                new Cause(
                        mapping.backing() + " ends before the mapping does, or the kernel does not map dma-bufs",
                        "map less of it, or use a kernel whose iommufd maps dma-bufs of vfio-pci");
            case USER ->
                new Cause(
                        mapping.backing() + " does not lie at the same offset within a page as " + mapping.range(),
                        "trim it to whole pages");
        };
    }
}
