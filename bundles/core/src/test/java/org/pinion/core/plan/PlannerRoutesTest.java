package org.pinion.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.SectionKind;
import org.pinion.spi.backend.BackendCapabilities;

/** What goes another way than its own, and what the reason says of that. */
class PlannerRoutesTest {

    private static final BackendCapabilities BY_ADDRESS =
            new BackendCapabilities(Set.of(Route.USER), 4096, "the kernel maps no files");

    private static Decision only(Plan plan) {
        assertThat(plan.decisions()).hasSize(1);
        return plan.decisions().getFirst();
    }

    @Test
    void aMemoryFileGoesByItsAddressWhereTheBackendTakesNoFilesAndTheReasonSaysSo() {
        Backing file = new Backing.MemoryFile(3, 0, 0x7000_0000);
        PlanRequests ram = new PlanRequests().of(SectionKind.RAM, 0, 0xfff, file);
        assertThat(only(ram.plan()).reason()).isEqualTo("everything is mapped");
        Decision detoured = only(ram.capabilities(BY_ADDRESS).plan());
        assertThat(detoured.mapping().map(Mapping::route)).contains(Route.USER);
        assertThat(detoured.reason()).isEqualTo("everything is mapped; not by file: the kernel maps no files");
    }

    @Test
    void memoryOfAnotherProcessIsOnlyPlannedSoItsWayIsNotTold() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0, 0xfff, new Backing.Remote("pc.ram", 0))
                .capabilities(BY_ADDRESS)
                .plan();
        assertThat(only(plan).reason()).isEqualTo("everything is mapped");
    }

    @Test
    void aBarGoesByItsAddressOnlyWhereItsDeviceIsHandedOutSo() {
        Backing bar = new Backing.DeviceBar("0000:00:12.0", 2, 0);
        BarExport export = new BarExport(
                2, 0x2000, RangeSet.of(PlanRequests.range(0, 0xfff)), "an MSI-X table", Route.USER);
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM_DEVICE, 0, 0x1fff, bar)
                .device(new DeviceLimits("0000:00:12.0", RangeSet.ALL, 4096, List.of(), List.of(export)))
                .capabilities(BY_ADDRESS)
                .plan();
        assertThat(plan.decisions()).hasSize(2);
        assertThat(plan.decisions().getFirst().mapping().map(Mapping::route)).contains(Route.USER);
        assertThat(plan.decisions().getLast().rule()).isEqualTo("planner/no-export");
        assertThat(plan.decisions().getLast().reason()).isEqualTo("an MSI-X table");
    }
}
