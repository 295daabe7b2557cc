package org.pinion.policy.qemu;

import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Route;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Verdict;

/**
 * Decides on a {@code ramd} section. QEMU maps it by its address and goes on with a warning where the kernel refuses,
 * which iommufd always does: {@code get_user_pages} takes no page frames without pages. Here such a mapping is not
 * attempted; a BAR goes by the dma-buf that its device exports, by its address where the kernel takes that, or stays
 * out.
 */
final class DeviceMemory {

    /** QEMU trims to the host's pages before it looks at the IOMMU's. */
    private static final long HOST_PAGE = 4096;

    /** Type1 follows page frames without pages ({@code follow_fault_pfn}); get_user_pages does not. */
    private static final String FOLLOWS_PAGE_FRAMES = "vfio";

    private DeviceMemory() {}

    static Verdict decide(Candidate candidate) {
        if (!isAligned(candidate)) {
            return Verdict.skip(
                    "ram-device-unaligned",
                    "%s is a device's memory and not in whole pages of 0x%x bytes, so QEMU leaves it out"
                            .formatted(candidate.section(), candidate.planning().alignment()));
        }
        return switch (candidate.section().backing()) {
            case Backing.DeviceBar bar -> bar(candidate, bar);
            case Backing.UserMemory _ when !followsPageFrames(candidate.planning().backend()) -> Verdict.skip(
                    "ram-device-by-address",
                    "%s is a device's memory known by its address only, which the kernel does not pin for %s"
                            .formatted(candidate.section(), candidate.planning().backend()))
                    .withRemedy("give it as the device's BAR, so that it can go by a dma-buf");
            default -> Pinning.obstacle(candidate, candidate.section().access())
                    .map(obstacle -> Verdict.skip(
                            "ram-device-unpinnable",
                            "the kernel would not map it, and QEMU goes on without: " + obstacle))
                    .orElseGet(() -> Verdict.map(
                            candidate.section().access(),
                            Set.of(Route.USER, Route.DMA_BUF),
                            "ram-device",
                            "QEMU maps a device's memory too"));
        };
    }

    /** Whether a backend takes a device's memory by the address at which it is mapped. */
    static boolean followsPageFrames(String backend) {
        return backend.equals(FOLLOWS_PAGE_FRAMES);
    }

    private static Verdict bar(Candidate candidate, Backing.DeviceBar bar) {
        String subject = "BAR %d of %s".formatted(bar.bar(), bar.device());
        Optional<String> noBuffer = candidate.barObstacle();
        if (noBuffer.isEmpty()) {
            return map(candidate, Route.DMA_BUF, subject + " goes by dma-buf");
        }
        Optional<String> noAddress = candidate.barObstacle(Route.USER);
        if (noAddress.isEmpty()) {
            return map(candidate, Route.USER, subject + " goes by the address at which it is mapped in this process, as"
                    + " with QEMU: " + noBuffer.get());
        }
        boolean byAddress = followsPageFrames(candidate.planning().backend());
        return Verdict.skip(
                        "bar-without-dma-buf",
                        byAddress
                                ? subject + " cannot be mapped: " + noAddress.get()
                                : subject + " has no pages that the kernel could pin by address, and " + noBuffer.get())
                .withRemedy("peer-to-peer DMA to it needs its device attached to the same address space, and a"
                        + " backend and a kernel that take BARs");
    }

    private static Verdict map(Candidate candidate, Route route, String how) {
        return Verdict.map(
                candidate.section().access(),
                Set.of(route),
                "ram-device",
                "QEMU maps a device's memory too; " + how);
    }

    private static boolean isAligned(Candidate candidate) {
        Optional<AddressRange> pages = candidate.section().range().trimTo(HOST_PAGE);
        long within = candidate.planning().alignment() - 1;
        return pages.isPresent() && ((pages.get().start() | pages.get().size()) & within) == 0;
    }
}
