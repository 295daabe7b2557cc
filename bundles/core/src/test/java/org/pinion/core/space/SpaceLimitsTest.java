package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts;
import org.pinion.api.RangeSet;

/** What a kernel cannot do is known beforehand, or told. */
class SpaceLimitsTest {

    private final SpaceFixture fixture = new SpaceFixture(device("d", 4096));
    private final FakeKernel kernel = fixture.kernel;
    private final Space space = fixture.space;

    @Test
    void aCutThatCannotKeepPagesReportsWhatItMappedAgain() throws IommuException {
        space.commit(view(ram(pages(0, 8))));
        assertThat(space.commit(view(ram(pages(0, 6)))).remappedBytes()).isZero();
        kernel.pinsCutPagesAnew();
        CommitReport report = space.commit(view(ram(pages(0, 4))));
        assertThat(report.remappedBytes()).isEqualTo(4 * 4096);
        assertThat(report.keptBytes()).isEqualTo(4 * 4096);
    }

    @Test
    void aChangeThatNeedsMoreEntriesThanTheKernelTakesIsRefusedBeforehand() throws IommuException {
        kernel.entriesLeft(OptionalLong.of(1));
        assertThatThrownBy(() -> space.commit(view(ram(pages(0, 1)), ram(pages(2, 1)))))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("2 in addition, and there is room for 1");
        assertThat(kernel.entries()).isEmpty();
        space.commit(view(ram(pages(0, 1))));
        assertThat(kernel.entries()).hasSize(1);
    }

    @Test
    void devicesWithoutACommonPageDoNotComeTogether() throws IommuException {
        DeviceLimits small = new DeviceLimits(
                "s", RangeSet.ALL, 4096, List.of(), List.of(), 4096, IommuFacts.UNKNOWN);
        DeviceLimits large = new DeviceLimits(
                "l", RangeSet.ALL, 65536, List.of(), List.of(), 65536, IommuFacts.UNKNOWN);
        for (List<String> order : List.of(List.of("s", "l"), List.of("l", "s"))) {
            SpaceFixture both = new SpaceFixture(small, large);
            both.space.attach(order.getFirst());
            assertThatThrownBy(() -> both.space.attach(order.getLast()))
                    .hasMessageContaining("no size of page in common: l has 0x10000, s has 0x1000");
            assertThat(both.kernel.open()).containsExactly(order.getFirst());
        }
    }
}
