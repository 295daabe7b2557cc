package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IovaLimitsTest {

    private static final AddressRange MSI = new AddressRange(0xfee00000L, 0xfeefffffL);
    private static final DeviceLimits PCI = new DeviceLimits(
            "0000:01:00.0",
            RangeSet.of(new AddressRange(0, 0x7f_ffff_ffffL)).minus(RangeSet.of(MSI)),
            4096,
            List.of(new ReservedRegion(MSI, "msi")));
    private static final DeviceLimits COARSE = new DeviceLimits(
            "0000:02:00.0",
            RangeSet.of(new AddressRange(0x1000, 0xffff), new AddressRange(0x20000, -1L)),
            0x10000,
            List.of());

    @Test
    void withoutDevicesEveryAddressIsUsable() {
        IovaLimits limits = IovaLimits.intersect(4096, List.of());

        assertThat(limits.usable()).isEqualTo(RangeSet.ALL);
        assertThat(limits.alignment()).isEqualTo(4096);
        assertThat(limits.whyUnusable(-1L)).isEmpty();
    }

    @Test
    void theOrderOfDevicesDoesNotMatter() {
        IovaLimits limits = IovaLimits.intersect(4096, List.of(COARSE, PCI));

        assertThat(limits)
                .isEqualTo(IovaLimits.intersect(4096, List.of(PCI, COARSE)))
                .hasSameHashCodeAs(IovaLimits.intersect(4096, List.of(PCI, COARSE)));
        assertThat(limits.devices()).containsExactly(PCI, COARSE);
    }

    @Test
    void usableIsWhatAllAllowAndTheAlignmentIsTheCoarsest() {
        IovaLimits limits = IovaLimits.intersect(4096, List.of(PCI, COARSE));

        assertThat(limits.usable())
                .isEqualTo(RangeSet.of(
                        new AddressRange(0x1000, 0xffff),
                        new AddressRange(0x20000, 0xfedfffffL),
                        new AddressRange(0xfef00000L, 0x7f_ffff_ffffL)));
        assertThat(limits.alignment()).isEqualTo(0x10000);
    }

    @Test
    void namesEveryDeviceThatForbidsAnAddressAndHow() {
        IovaLimits limits = IovaLimits.intersect(4096, List.of(PCI, COARSE));

        assertThat(limits.whyUnusable(0xfee00800L)).contains("reserved (msi) by 0000:01:00.0");
        assertThat(limits.whyUnusable(0x18000)).contains("reserved by 0000:02:00.0");
        assertThat(limits.whyUnusable(0x800)).contains("outside the aperture of 0000:02:00.0");
        assertThat(limits.whyUnusable(-1L)).contains("outside the aperture of 0000:01:00.0");
        assertThat(limits.whyUnusable(0x2000)).isEmpty();
    }

    @Test
    void namesAllWhereSeveralForbid() {
        DeviceLimits none = new DeviceLimits("0000:03:00.0", RangeSet.EMPTY, 4096, List.of());

        assertThat(IovaLimits.intersect(4096, List.of(none, PCI)).whyUnusable(0xfee00000L))
                .contains("reserved (msi) by 0000:01:00.0, outside the aperture of 0000:03:00.0");
    }

    @Test
    void pagesHaveASizeThatEveryDeviceHas() {
        DeviceLimits small = sized("a", 0x1000 | 0x20_0000);
        DeviceLimits large = sized("b", 0x1_0000 | 0x20_0000);
        assertThat(IovaLimits.intersect(4096, List.of(small, large)).alignment()).isEqualTo(0x20_0000);
        assertThat(IovaLimits.intersect(4096, List.of(large, small)).alignment()).isEqualTo(0x20_0000);
        assertThat(IovaLimits.intersect(4096, List.of(small, large)).withoutCommonPage()).isEmpty();
    }

    @Test
    void withoutACommonPageItSaysWhichPagesEachDeviceHas() {
        IovaLimits limits = IovaLimits.intersect(4096, List.of(sized("b", 0x1_0000), sized("a", 0x1000 | 0x20_0000)));
        assertThat(limits.withoutCommonPage())
                .contains("the IOMMUs have no size of page in common: a has 0x1000 0x200000, b has 0x10000");
        assertThat(limits.alignment()).isEqualTo(0x1_0000);
    }

    private static DeviceLimits sized(String device, long pageSizes) {
        return new DeviceLimits(
                device,
                RangeSet.ALL,
                Long.lowestOneBit(pageSizes),
                List.of(),
                List.of(),
                pageSizes,
                IommuFacts.UNKNOWN);
    }
}
