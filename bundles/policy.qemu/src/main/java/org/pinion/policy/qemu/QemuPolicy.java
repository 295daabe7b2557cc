package org.pinion.policy.qemu;

import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;

/**
 * Decides as {@code vfio_listener_region_add} of QEMU's {@code hw/vfio} does, in its order: what {@code
 * vfio_listener_skipped_section} skips, what a RAM discard manager keeps back, what {@code
 * vfio_listener_valid_section} finds unaligned; the rest is mapped, the read-only part for reading. Where a device
 * cannot use the addresses of RAM, or the kernel would not pin it, QEMU's device fails to start, so the plan is refused
 * (the former by {@link MappingPolicy#conflict}'s default). A pure function, so safe for any number of threads.
 */
@Component
@PolicyName("qemu")
public final class QemuPolicy implements MappingPolicy {

    /** QEMU maps by address; the same bytes by their file are the same mapping. */
    private static final Set<Route> MEMORY = Set.of(Route.USER, Route.FILE, Route.DMA_BUF);

    private static final long BIT_63 = Long.MIN_VALUE;

    @Override
    public Verdict decide(Candidate candidate) {
        return switch (candidate.section().kind()) {
            case MMIO, ROMD -> Verdict.skip(
                    "not-ram", "QEMU maps RAM only; this is " + candidate.section().kind().symbol());
            case IOMMU -> Verdict.skip(
                    "viommu-window",
                    "a virtual IOMMU translates here: what the guest maps is mapped as it notifies, not by a plan");
            case RAM, ROM, RAM_DEVICE -> ram(candidate);
        };
    }

    /** Of the devices, only whether they hand out a BAR matters. */
    @Override
    public boolean looksAtDevices() {
        return false;
    }

    private static Verdict ram(Candidate candidate) {
        Section section = candidate.section();
        if (candidate.is(Traits.PROTECTED)) {
            return Verdict.skip("protected", evidence(candidate, Traits.PROTECTED));
        }
        if ((section.range().start() & BIT_63) != 0) {
            return Verdict.skip(
                    "bit-63", "QEMU takes a section that starts in the upper half for a BAR being sized");
        }
        if (candidate.is(Traits.DISCARDED)) {
            return Verdict.skip("discarded", evidence(candidate, Traits.DISCARDED));
        }
        if (isUnaligned(candidate)) {
            return Verdict.skip("unaligned", "0x%x and its backing, %s, lie differently within a page of 0x%x bytes"
                    .formatted(section.range().start(), section.backing(), candidate.planning().alignment()));
        }
        Verdict verdict = section.kind() == SectionKind.RAM_DEVICE ? DeviceMemory.decide(candidate) : memory(candidate);
        return verdict.outcome() == Verdict.Outcome.MAP && candidate.is(Traits.TRANSLATED)
                ? Verdict.skip("translated", evidence(candidate, Traits.TRANSLATED))
                : verdict;
    }

    private static String evidence(Candidate candidate, String trait) {
        return candidate.trait(trait).map(Trait::evidence).orElseThrow();
    }

    private static boolean isUnaligned(Candidate candidate) {
        long within = candidate.planning().alignment() - 1;
        Section section = candidate.section();
        return ((section.range().start() ^ section.backing().position()) & within) != 0;
    }

    private static Verdict memory(Candidate candidate) {
        Section section = candidate.section();
        Verdict verdict = section.kind() == SectionKind.ROM || section.access() == Access.READ
                ? Verdict.map(Access.READ, MEMORY, "rom", "QEMU maps read-only memory for reading")
                : Verdict.map(Access.READ_WRITE, MEMORY, "ram", "QEMU maps RAM for reading and writing");
        return Pinning.obstacle(candidate, verdict.access())
                .map(obstacle -> unpinnable(section, obstacle))
                .orElse(verdict);
    }

    private static Verdict unpinnable(Section section, String obstacle) {
        return section.kind() == SectionKind.RAM
                ? Verdict.refuse(
                        "ram-unpinnable",
                        "the kernel would not pin %s, and QEMU gives up there: %s".formatted(section, obstacle),
                        "back the RAM with anonymous memory or a memory file that the process may write")
                : Verdict.skip("unpinnable", "the kernel would not pin it: " + obstacle);
    }
}
