package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.FlatView;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class ReplayCommandTest {

    private final FakeDma host = Lab.host();

    @BeforeEach
    void twoViews() {
        host.history = List.of(
                FlatView.of("memory", List.of(Lab.section(0, 0xfff, SectionKind.RAM, "ram", 0))),
                FlatView.of("memory", List.of(
                        Lab.section(0, 0xfff, SectionKind.RAM, "ram", 0)
                                .withFacts(Map.of(SectionFacts.SHOWN_SINCE, "line 3")),
                        Lab.section(0x2000, 0x4fff, SectionKind.RAM, "ram", 0x3000),
                        Lab.section(0x9000, 0x9fff, SectionKind.MMIO, "hpet", -1))));
    }

    @Test
    void everyViewIsShownToTheFirstEduAndAllIsGivenBack() {
        Invocation replayed = Invocation.of(host, "replay", "guest.trace");
        assertThat(replayed.err()).isEmpty();
        assertThat(replayed.code()).isZero();
        assertThat(host.settings).isEqualTo(Map.of("trace", "guest.trace"));
        assertThat(host.events)
                .containsExactly("history qemu", "attach " + Lab.EDU0, "commit", "commit", "close");
        assertThat(host.memory.allocated).containsExactly("ram:0x6000");
        assertThat(host.spaces()).isEmpty();
        assertThat(replayed.out()).contains("views    2\n", "mapped      20 KiB  20 KiB\n");
    }

    @Test
    void theDevicesGivenAreAttachedInstead() {
        Invocation.of(host, "replay", "guest.trace", "--device", Lab.EDU1, Lab.SHMEM);
        assertThat(host.events).contains("attach " + Lab.EDU1, "attach " + Lab.SHMEM).doesNotContain(
                "attach " + Lab.EDU0);
    }

    @Test
    void theJsonHasPlainNumbers() throws IOException {
        Map<String, Object> json = JSON.std.mapFrom(Invocation.of(host, "replay", "guest.trace", "--json").out());
        // The fake maps all anew in every view and says that it has pinned thrice what is mapped.
        assertThat(json).containsExactlyInAnyOrderEntriesOf(Map.of(
                "backend", "iommufd",
                "kernel", "emulated",
                "views", 2,
                "bytesMapped", 0x5000,
                "bytesUnmapped", 0x1000,
                "bytesRemapped", 0,
                "bytesPinned", 3 * 0x4000,
                "bytesFinal", 0x4000,
                "ioctls", 20,
                "qemu", Map.of("bytesMapped", 0x5000, "bytesUnmapped", 0x1000)));
    }

    @Test
    void aHostWithoutADeviceBehindAnIommuIsTold() {
        host.history = List.of(FlatView.EMPTY);
        FakeDma empty = new FakeDma();
        empty.history = host.history;
        Invocation replayed = Invocation.of(empty, "replay", "guest.trace");
        assertThat(replayed.code()).isEqualTo(1);
        assertThat(replayed.err()).contains("this host has none behind an IOMMU", "pinion devices");
        assertThat(empty.spaces()).isEmpty();
    }

    @Test
    void withoutARecordingTheUsageIsWrong() {
        assertThat(Invocation.of(host, "replay").code()).isEqualTo(2);
    }
}
