package org.pinion.shell.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;

class HoleTest {

    private static final AddressRange MSI = new AddressRange(0xfee00000L, 0xfeefffffL);
    private static final AddressRange BEHIND = new AddressRange(0xfef00000L, 0xfeffffffL);

    @Test
    void withoutDevicesThereAreNone() {
        assertThat(Hole.of(IovaLimits.intersect(4096, List.of()))).isEmpty();
    }

    @Test
    void devicesWithTheSameCauseAreNamedTogether() {
        assertThat(Hole.of(IovaLimits.intersect(4096, List.of(reserving("b", MSI), reserving("a", MSI)))))
                .containsExactly(new Hole(MSI, "reserved (msi) by a, b"));
    }

    @Test
    void neighboursWithDifferentCausesStayApart() {
        assertThat(Hole.of(IovaLimits.intersect(4096, List.of(reserving("a", MSI), reserving("b", BEHIND)))))
                .containsExactly(
                        new Hole(MSI, "reserved (msi) by a"), new Hole(BEHIND, "reserved (msi) by b"));
    }

    @Test
    void overlappingCausesAreBothNamed() {
        DeviceLimits narrow =
                new DeviceLimits("n", RangeSet.of(new AddressRange(0, 0xfee7ffffL)), 4096, List.of());
        assertThat(Hole.of(IovaLimits.intersect(4096, List.of(reserving("a", MSI), narrow))))
                .containsExactly(
                        new Hole(new AddressRange(0xfee00000L, 0xfee7ffffL), "reserved (msi) by a"),
                        new Hole(new AddressRange(0xfee80000L, 0xfeefffffL),
                                "reserved (msi) by a; outside the aperture of n"),
                        new Hole(new AddressRange(0xfef00000L, -1L), "outside the aperture of n"));
    }

    @Property(tries = 200)
    void holesAreExactlyWhatIsNotUsable(@ForAll @Size(min = 1, max = 3) List<@Size(max = 3) List<Byte>> starts) {
        List<DeviceLimits> devices = starts.stream()
                .map(own -> reserving("d" + starts.indexOf(own), own.stream()
                        .map(start -> AddressRange.ofSize((long) start << 56, 1L << 56))
                        .toArray(AddressRange[]::new)))
                .toList();
        IovaLimits limits = IovaLimits.intersect(4096, devices);
        assertThat(RangeSet.of(Hole.of(limits).stream().map(Hole::range).toList()))
                .isEqualTo(limits.usable().complement());
        assertThat(Hole.of(limits)).allSatisfy(hole -> assertThat(hole.cause()).isNotBlank());
    }

    private static DeviceLimits reserving(String device, AddressRange... reserved) {
        return new DeviceLimits(
                device,
                RangeSet.of(reserved).complement(),
                4096,
                List.of(reserved).stream().map(range -> new ReservedRegion(range, "msi")).toList());
    }
}
