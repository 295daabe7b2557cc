package org.pinion.policy.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Planner;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.spi.backend.BackendCapabilities;

/** Compares plans by the policy, section by section, with what QEMU itself did. */
class MapsWhatQemuMapsTest {

    private static final long PAGE = 4096;
    private static final BackendCapabilities WITHOUT_DMA_BUF = new BackendCapabilities(
            Set.of(Route.USER, Route.FILE), PAGE, "this kernel exports no dma-buf");
    private static final BackendCapabilities WITH_DMA_BUF =
            new BackendCapabilities(Set.of(Route.USER, Route.FILE, Route.DMA_BUF), PAGE, "");

    static List<Machine> traced() throws IOException {
        return Machine.with(".trace");
    }

    static List<Machine> logged() throws IOException {
        return Machine.with(".dma");
    }

    private static Map<AddressRange, Access> plan(FlatView view, BackendCapabilities capabilities)
            throws IommuException {
        List<Trait> traits = new SectionClassifier().classify(view.sections()).stream()
                .map(trait -> trait.signedBy("section"))
                .toList();
        Plan plan = Planner.plan(new PlanRequest(
                view,
                traits,
                IovaLimits.intersect(PAGE, handingOutAll(view)),
                List.of(new NamedPolicy("qemu", new QemuPolicy())),
                "iommufd",
                capabilities));
        assertThat(plan.refusals()).isEmpty();
        Map<AddressRange, Access> planned = new TreeMap<>();
        plan.mapped().forEach(it -> planned.put(it.range(), it.mapping().orElseThrow().access()));
        return planned;
    }

    /** The devices whose BARs the view shows, each handing out all of them. */
    private static List<DeviceLimits> handingOutAll(FlatView view) {
        Map<String, Set<Integer>> bars = new TreeMap<>();
        for (Section section : view.sections()) {
            if (section.backing() instanceof Backing.DeviceBar bar) {
                bars.computeIfAbsent(bar.device(), _ -> new TreeSet<>()).add(bar.bar());
            }
        }
        return bars.entrySet().stream()
                .map(device -> new DeviceLimits(device.getKey(), RangeSet.ALL, PAGE, List.of(), device.getValue().stream()
                        .map(bar -> new BarExport(bar, -1L, RangeSet.ALL, ""))
                        .toList()))
                .toList();
    }

    private static List<AddressRange> ranges(FlatView view, SectionKind kind) {
        return view.sections().stream().filter(s -> s.kind() == kind).map(Section::range).toList();
    }

    @Test
    void thereAreCaptures() throws IOException {
        assertThat(traced()).hasSizeGreaterThanOrEqualTo(9);
        assertThat(logged()).hasSizeGreaterThanOrEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("traced")
    void withoutDmaBufsTheSectionsAreQemusButTheBars(Machine machine) throws IOException, IommuException {
        FlatView view = machine.flatView();
        List<AddressRange> expected = machine.traced().stream()
                .filter(range -> !ranges(view, SectionKind.RAM_DEVICE).contains(range))
                .toList();
        assertThat(plan(view, WITHOUT_DMA_BUF).keySet()).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("traced")
    void withDmaBufsTheSectionsAreQemus(Machine machine) throws IOException, IommuException {
        assertThat(plan(machine.flatView(), WITH_DMA_BUF).keySet()).containsExactlyElementsOf(machine.traced());
    }

    /** The ioctls of a virtio-mem device's plugged blocks are the one thing that no capture lets anybody plan. */
    @ParameterizedTest
    @MethodSource("logged")
    void everyMappingAndItsAccessIsQemusButThePluggedBlocks(Machine machine) throws IOException, IommuException {
        FlatView view = machine.flatView();
        RangeSet discarded = RangeSet.of(new SectionClassifier().classify(view.sections()).stream()
                .filter(trait -> trait.name().equals(Traits.DISCARDED))
                .map(Trait::range)
                .toList());
        Map<AddressRange, Access> expected = machine.mapped();
        expected.keySet().removeIf(discarded::contains);
        assertThat(plan(view, WITH_DMA_BUF)).isEqualTo(expected);
    }
}
