package org.pinion.policy.strict;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;
import org.pinion.api.Access;
import org.pinion.api.Backing;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;

/**
 * Maps what a classifier says can be pinned and nothing says must not be; a device's memory only by its dma-buf;
 * nothing read-only for writing. RAM that a device could not reach whole is refused, since a guest would hand out its
 * addresses for DMA; or, if so configured, the device is set apart. A pure function, so safe for any number of threads.
 */
@Component(configurationPid = "org.pinion.policy.strict")
@Designate(ocd = StrictConfiguration.class)
@PolicyName("strict")
public final class StrictPolicy implements MappingPolicy {

    private static final Set<Route> PINNED = Set.of(Route.USER, Route.FILE);
    private static final Set<Route> EXPORTED = Set.of(Route.DMA_BUF);

    /** Traits that forbid a mapping, in the order in which they are looked for; the rules bear their names. */
    private static final List<String> FORBIDDING =
            List.of(Traits.PROTECTED, Traits.DISCARDED, Traits.UNBACKED, Traits.FILE_WRITEBACK);

    private final RamConflict ram;

    /** A policy that refuses RAM that a device cannot reach whole. */
    public StrictPolicy() {
        this(false);
    }

    /**
     * @param apart whether a device that cannot reach RAM whole gets an IO address space of its own
     */
    public StrictPolicy(boolean apart) {
        this.ram = new RamConflict(apart);
    }

    /**
     * A policy as configured. Another configuration makes another policy, so that everything is judged anew.
     *
     * @param configuration what is configured
     */
    @Activate
    public StrictPolicy(StrictConfiguration configuration) {
        this.ram = RamConflict.of(configuration);
    }

    @Override
    public Verdict decide(Candidate candidate) {
        return switch (candidate.section().kind()) {
            case MMIO, ROMD -> Verdict.skip(
                    "not-ram", "only RAM is for DMA; this is " + candidate.section().kind().symbol());
            case IOMMU -> Verdict.skip(
                    "viommu-window",
                    "a virtual IOMMU translates here: what the guest maps is mapped as it notifies, not by a plan");
            case RAM, ROM, RAM_DEVICE -> memory(candidate);
        };
    }

    /** Of the devices, only whether they hand out a BAR matters. */
    @Override
    public boolean looksAtDevices() {
        return false;
    }

    private static Verdict memory(Candidate candidate) {
        Optional<Trait> forbidding = FORBIDDING.stream()
                .flatMap(name -> candidate.trait(name).stream())
                .findFirst();
        if (forbidding.isPresent()) {
            return Verdict.skip(
                    forbidding.get().name(), "'%s' %s".formatted(forbidding.get().name(), evidence(forbidding.get())));
        }
        if (isUnaligned(candidate)) {
            return Verdict.skip("unaligned", "0x%x and its backing, %s, lie differently within a page of 0x%x bytes"
                    .formatted(
                            candidate.section().range().start(),
                            candidate.section().backing(),
                            candidate.planning().alignment()));
        }
        Verdict verdict = isDeviceMemory(candidate) ? deviceMemory(candidate) : pinned(candidate);
        return verdict.outcome() == Verdict.Outcome.MAP ? unlessTranslated(candidate, verdict) : verdict;
    }

    private static Verdict unlessTranslated(Candidate candidate, Verdict verdict) {
        return candidate.trait(Traits.TRANSLATED)
                .map(trait -> Verdict.skip("translated", evidence(trait)))
                .orElse(verdict);
    }

    private static String evidence(Trait trait) {
        return "according to classifier '" + trait.by() + "': " + trait.evidence();
    }

    private static boolean isUnaligned(Candidate candidate) {
        long within = candidate.planning().alignment() - 1;
        Section section = candidate.section();
        return ((section.range().start() ^ section.backing().position()) & within) != 0;
    }

    private static boolean isDeviceMemory(Candidate candidate) {
        return candidate.section().kind() == SectionKind.RAM_DEVICE
                || candidate.section().backing() instanceof Backing.DeviceBar
                || candidate.section().backing() instanceof Backing.DmaBuf
                || candidate.is(Traits.DEVICE_MEMORY);
    }

    private static Verdict deviceMemory(Candidate candidate) {
        Backing backing = candidate.section().backing();
        String obstacle = obstacle(candidate);
        if (obstacle.isEmpty()) {
            return Verdict.map(access(candidate), EXPORTED, "dma-buf", subject(backing) + " goes by its dma-buf");
        }
        return Verdict.skip("device-memory", subject(backing) + " is mapped by dma-buf or not at all: " + obstacle)
                .withRemedy("peer-to-peer DMA to it needs its device attached to the same address space, and a backend"
                        + " and a kernel that export and take dma-bufs");
    }

    private static String obstacle(Candidate candidate) {
        return switch (candidate.section().backing()) {
            case Backing.DeviceBar _ -> candidate.barObstacle().orElse("");
            case Backing.DmaBuf _ when candidate.planning().routes().contains(Route.DMA_BUF) -> "";
            case Backing.DmaBuf _ -> missingDmaBuf(candidate);
            default -> "it is known by its address only";
        };
    }

    private static String missingDmaBuf(Candidate candidate) {
        String missing = candidate.planning().missingRoutes();
        return missing.isEmpty() ? candidate.planning().backend() + " takes no dma-buf" : missing;
    }

    private static String subject(Backing backing) {
        return switch (backing) {
            case Backing.DeviceBar bar -> "BAR %d of %s".formatted(bar.bar(), bar.device());
            default -> "device memory backed by " + backing;
        };
    }

    private static Verdict pinned(Candidate candidate) {
        Optional<Trait> pinnable = candidate.trait(Traits.GUP_ABLE);
        if (pinnable.isEmpty()) {
            return Verdict.skip("not-known-safe", "no classifier says that this memory can be pinned")
                    .withRemedy("start a classifier that knows this kind of memory");
        }
        Access access = access(candidate);
        return Verdict.map(access, PINNED, access.writable() ? "ram" : "read-only", evidence(pinnable.get()));
    }

    private static Access access(Candidate candidate) {
        boolean readOnly = candidate.section().kind() == SectionKind.ROM || candidate.is(Traits.READ_ONLY);
        return readOnly ? Access.READ : candidate.section().access();
    }

    @Override
    public Verdict conflict(Candidate candidate, Conflict conflict) {
        return candidate.section().kind() == SectionKind.RAM
                ? ram.verdict(candidate, conflict)
                : Verdict.skip("conflict", RamConflict.reason(candidate, conflict) + ", which a device does without");
    }
}
