package org.pinion.core.space;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.DmaTopics;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Planned;
import org.pinion.core.plan.Planner;
import org.pinion.core.plan.Scope;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** A space on a {@link FakeKernel} with a planner that asks one exchangeable policy. */
final class SpaceFixture implements PlanMaker {

    static final SpaceOptions OPTIONS = new SpaceOptions("guest", "fake", List.of("test"));
    static final MappingPolicy MAP_MEMORY = new MappingPolicy() {
        @Override
        public Verdict decide(Candidate candidate) {
            return candidate.section().kind() == SectionKind.MMIO
                    ? Verdict.skip("not-memory", "registers are not memory")
                    : Verdict.map(Access.READ_WRITE, Set.of(Route.values()), "memory", "it is memory");
        }

        @Override
        public boolean looksAtDevices() {
            return false;
        }
    };

    /** {@return a policy that maps BARs with one backend only} */
    static MappingPolicy only(String backend) {
        return candidate -> candidate.section().kind() == SectionKind.RAM_DEVICE
                        && !candidate.planning().backend().equals(backend)
                ? Verdict.skip("only-here", "only " + backend + " maps BARs")
                : MAP_MEMORY.decide(candidate);
    }

    /** {@return a policy that refuses memory with one backend} */
    static MappingPolicy refusing(String backend) {
        return candidate -> candidate.planning().backend().equals(backend)
                ? Verdict.refuse("not-there", "nothing is mapped by " + backend, "stay")
                : MAP_MEMORY.decide(candidate);
    }

    final FakeKernel kernel;
    final Space space;
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Space> closed = new ArrayList<>();
    volatile MappingPolicy policy = MAP_MEMORY;
    volatile IommuException planFailure;
    volatile int judged;
    volatile Duration patience = Duration.ofSeconds(10);

    SpaceFixture(DeviceLimits... devices) {
        kernel = new FakeKernel(devices);
        try {
            space = new Space(
                    OPTIONS, kernel, new SpaceEnvironment(this, this::record, () -> patience, closed::add));
        } catch (IommuException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void record(String topic, Map<String, Object> properties) {
        events.add(topic.replace("org/pinion/space/", "") + " " + properties.get(DmaTopics.CAUSE));
    }

    @Override
    public Planned plan(SpaceOptions options, BackendCapabilities capabilities, Goal goal) throws IommuException {
        if (planFailure != null) {
            throw planFailure;
        }
        MappingPolicy asked = policy;
        List<NamedPolicy> policies = List.of(new NamedPolicy("test", asked));
        Scope scope = Scope.of(goal, policies, asked);
        judged = scope.sections().size();
        List<Trait> traits = scope.sections().stream()
                .map(section -> Trait.of(section.range(), "seen", "it shows").signedBy("eye"))
                .toList();
        return Planner.plan(
                new PlanRequest(goal.view(), traits, goal.limits(), policies, options.backend(), capabilities),
                scope,
                asked);
    }

    static AddressRange pages(long first, long count) {
        return AddressRange.ofSize(first * 4096, count * 4096);
    }

    static DeviceLimits device(String name, long alignment, AddressRange... reserved) {
        return new DeviceLimits(
                name,
                RangeSet.of(reserved).complement(),
                alignment,
                List.of(reserved).stream()
                        .map(range -> new ReservedRegion(range, "msi"))
                        .toList());
    }

    /** The same device, handing out the first pages of its BAR 2. */
    static DeviceLimits withBar(DeviceLimits device, long pages) {
        BarExport export =
                new BarExport(2, pages * 4096, RangeSet.of(AddressRange.ofSize(0, pages * 4096)), "it ends there");
        return new DeviceLimits(
                device.device(), device.usable(), device.alignment(), device.reserved(), List.of(export));
    }

    static Section bar(AddressRange range, String device) {
        Backing bar = new Backing.DeviceBar(device, 2, 0);
        return new Section(range, SectionKind.RAM_DEVICE, bar, Access.READ_WRITE, "bar", "", Map.of());
    }

    static Section ram(AddressRange range) {
        return Section.ram(range, new Backing.MemoryFile(3, range.start(), 0), "ram");
    }

    static Section rom(AddressRange range) {
        Backing file = new Backing.MemoryFile(4, range.start(), 0);
        return new Section(range, SectionKind.ROM, file, Access.READ, "rom", "", Map.of());
    }

    static FlatView view(Section... sections) {
        return FlatView.of("view", List.of(sections));
    }
}
