package org.pinion.shell.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.ApartDevice;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;

class ApartReportTest {

    private static final RangeSet HOLE = RangeSet.of(new AddressRange(0x4000, 0x4fff));
    private static final DeviceLimits EDU = limits("0000:00:10.0", RangeSet.ALL);
    private static final DeviceLimits APART = limits("0000:00:11.0", HOLE.complement());
    private static final Plan PLAN = new Plan(
            FlatView.EMPTY,
            IovaLimits.intersect(4096, List.of(EDU, APART))
                    .withApart(List.of(new ApartDevice(APART, "strict/ram-apart", "it lies in RAM", HOLE))),
            List.of("strict"),
            List.of());
    private static final PlanReport REPORT = new PlanReport("iommufd", "emulated", List.of(), PLAN);

    private static DeviceLimits limits(String device, RangeSet usable) {
        return new DeviceLimits(device, usable, 4096, List.of());
    }

    @Test
    void theTextSaysWhichDeviceIsApartAndWhyAndThatNobodyElseIsKeptOut() {
        assertThat(PlanText.of(REPORT)).contains("""
                usable IOVA  every address
                alignment    4 KiB
                apart        0000:00:11.0  does not reach 0x4000-0x4fff
                               strict/ram-apart: it lies in RAM
                """);
    }

    @Test
    void theObjectOfJsonSaysTheSame() {
        assertThat(PlanJson.of(REPORT)).containsEntry("apart", List.of(Map.of(
                "device", "0000:00:11.0",
                "rule", "strict/ram-apart",
                "reason", "it lies in RAM",
                "withheld", List.of(Map.of("start", "0x4000", "end", "0x4fff")))));
    }
}
