package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Mappings;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Verdict;

/**
 * How long planning and comparing take for views of mixed kinds, with traits, a reserved region and a careful policy.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms8g", "-Xmx8g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PlannerBenchmark {

    private static final long SIZE = 0x4000;
    private static final Set<Route> ROUTES = Set.of(Route.FILE, Route.USER);

    @Param({"1000", "100000", "1000000"})
    int sections;

    private PlanRequest request;
    private List<Mapping> installed;
    private List<Mapping> wanted;

    @Setup
    public void prepare() {
        List<Section> list = new ArrayList<>();
        List<Trait> traits = new ArrayList<>();
        for (int i = 0; i < sections; i++) {
            Section section = section(i);
            list.add(section);
            addTraits(section, i, traits);
        }
        request = new PlanRequest(
                FlatView.of("bench", list),
                traits,
                IovaLimits.intersect(
                        4096,
                        List.of(PlanRequests.device("0000:01:00.0", 4096, new AddressRange(SIZE, SIZE + 0xfff)))),
                List.of(PlanRequests.policy("careful", PlannerBenchmark::decide)),
                "bench",
                new BackendCapabilities(ROUTES, 4096, "no dma-buf"));
        installed = Mappings.wantedBy(Planner.plan(request));
        wanted = installed.stream().filter(mapping -> mapping.range().start() % (5 * SIZE) != 0).toList();
    }

    private static Section section(int index) {
        AddressRange range = AddressRange.ofSize(index * SIZE, SIZE);
        SectionKind kind = SectionKind.values()[index % SectionKind.values().length];
        Backing backing = kind == SectionKind.MMIO || kind == SectionKind.IOMMU
                ? Backing.NONE
                : new Backing.MemoryFile(3, range.start(), 0x7000_0000_0000L + range.start());
        return new Section(range, kind, backing, Access.READ_WRITE, "s" + index, "", Map.of());
    }

    private static void addTraits(Section section, int index, List<Trait> into) {
        if (section.backing() instanceof Backing.None) {
            return;
        }
        into.add(Trait.of(section.range(), Traits.GUP_ABLE, "a memory area covers it").signedBy("vma"));
        if (section.kind() == SectionKind.ROM) {
            into.add(Trait.of(section.range(), Traits.READ_ONLY, "the section is a rom").signedBy("section"));
        }
        if (index % 16 == 0) {
            AddressRange part = AddressRange.ofSize(section.range().start() + 0x1000, 0x1000);
            into.add(Trait.of(part, Traits.DISCARDED, "not plugged").signedBy("section"));
        }
    }

    private static Verdict decide(Candidate part) {
        return switch (part.section().kind()) {
            case MMIO, IOMMU -> Verdict.skip("not-memory", "nothing but memory is mapped");
            case RAM_DEVICE -> Verdict.skip("device-memory", "device memory is mapped by dma-buf only");
            case RAM, ROM, ROMD -> decideMemory(part);
        };
    }

    private static Verdict decideMemory(Candidate part) {
        if (part.is(Traits.DISCARDED)) {
            return Verdict.skip("discarded", "memory that is not plugged in is not touched");
        }
        if (!part.is(Traits.GUP_ABLE)) {
            return Verdict.skip("unknown", "nobody knows what this memory is");
        }
        Access access = part.is(Traits.READ_ONLY) ? Access.READ : Access.READ_WRITE;
        return Verdict.map(access, ROUTES, "memory", "memory that can be pinned");
    }

    @Benchmark
    public Plan plan() {
        return Planner.plan(request);
    }

    @Benchmark
    public ChangeSet diff() {
        return Differ.diff(installed, wanted, 4096);
    }
}
