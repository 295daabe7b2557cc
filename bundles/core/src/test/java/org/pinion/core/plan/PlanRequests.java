package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** Builds plan requests for tests, a piece at a time. */
final class PlanRequests {

    /** What a policy may say of a part. */
    static final List<Verdict.Outcome> DECISIONS =
            List.of(Verdict.Outcome.MAP, Verdict.Outcome.SKIP, Verdict.Outcome.REFUSE);

    static final Set<Route> ALL_ROUTES = Set.of(Route.values());
    static final NamedPolicy MAP_ALL =
            policy("all", _ -> Verdict.map(Access.READ_WRITE, ALL_ROUTES, "any", "everything is mapped"));

    private final List<Section> sections = new ArrayList<>();
    private final List<Trait> traits = new ArrayList<>();
    private final List<DeviceLimits> devices = new ArrayList<>();
    private final List<NamedPolicy> policies = new ArrayList<>();
    private BackendCapabilities capabilities = new BackendCapabilities(ALL_ROUTES, 4096, "");

    static AddressRange range(long start, long last) {
        return new AddressRange(start, last);
    }

    static NamedPolicy policy(String name, Function<Candidate, Verdict> decide) {
        return new NamedPolicy(name, decide::apply);
    }

    static NamedPolicy policy(
            String name, Function<Candidate, Verdict> decide, BiFunction<Candidate, Conflict, Verdict> conflict) {
        return new NamedPolicy(name, new MappingPolicy() {
            @Override
            public Verdict decide(Candidate candidate) {
                return decide.apply(candidate);
            }

            @Override
            public Verdict conflict(Candidate candidate, Conflict forbidden) {
                return conflict.apply(candidate, forbidden);
            }
        });
    }

    static DeviceLimits device(String name, long alignment, AddressRange... reserved) {
        List<ReservedRegion> regions =
                List.of(reserved).stream().map(range -> new ReservedRegion(range, "msi")).toList();
        return new DeviceLimits(name, RangeSet.of(reserved).complement(), alignment, regions);
    }

    /** A device that hands out some areas of one BAR and has a hole elsewhere. */
    static DeviceLimits handingOut(String name, int bar, long size, AddressRange... areas) {
        BarExport export = new BarExport(bar, size, RangeSet.of(areas), "there is a hole");
        return new DeviceLimits(name, RangeSet.ALL, 4096, List.of(), List.of(export));
    }

    PlanRequests section(Section section) {
        sections.add(section);
        return this;
    }

    PlanRequests ram(long start, long last) {
        return section(Section.ram(range(start, last), new Backing.MemoryFile(3, start, 0), "ram"));
    }

    PlanRequests of(SectionKind kind, long start, long last, Backing backing) {
        return section(
                new Section(range(start, last), kind, backing, Access.READ_WRITE, kind.symbol(), "", Map.of()));
    }

    PlanRequests trait(long start, long last, String name) {
        traits.add(Trait.of(range(start, last), name, "seen").signedBy("test"));
        return this;
    }

    PlanRequests device(DeviceLimits device) {
        devices.add(device);
        return this;
    }

    PlanRequests policy(NamedPolicy policy) {
        policies.add(policy);
        return this;
    }

    PlanRequests capabilities(BackendCapabilities other) {
        capabilities = other;
        return this;
    }

    PlanRequest request() {
        List<NamedPolicy> asked = policies.isEmpty() ? List.of(MAP_ALL) : policies;
        return new PlanRequest(
                FlatView.of("test", sections),
                traits,
                IovaLimits.intersect(4096, devices),
                asked,
                "fake",
                capabilities);
    }

    Plan plan() {
        return Planner.plan(request());
    }
}
