package org.pinion.policy.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate.Planning;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.Verdict.Outcome;
import org.pinion.spi.policy.Verdict;

class QemuPolicyTest {

    private static final Planning IOMMUFD = new Planning(
            "iommufd", Set.of(Route.USER, Route.FILE), "Linux 6.12 exports no dma-buf", 0x1000, List.of());
    private static final Planning WITH_DMA_BUF =
            new Planning("iommufd", Set.of(Route.USER, Route.FILE, Route.DMA_BUF), "", 0x1000, List.of(new DeviceLimits(
            "0000:00:12.0",
            RangeSet.ALL,
            0x1000,
            List.of(),
            List.of(new BarExport(2, 0x4000, RangeSet.of(new AddressRange(0, 0x3fff)), "")))));
    private static final Planning TYPE1 = new Planning("vfio", Set.of(Route.USER), "", 0x1000, List.of());
    private static final Backing RAM = new Backing.Remote("pc.ram", 0);
    private static final Backing BAR = new Backing.DeviceBar("0000:00:12.0", 2, 0);

    private final QemuPolicy policy = new QemuPolicy();

    private Verdict decide(
            long start, long last, SectionKind kind, Backing backing, Planning planning, String... traits) {
        AddressRange range = new AddressRange(start, last);
        Section section = new Section(range, kind, backing, Access.READ_WRITE, "x", "", Map.of());
        List<Trait> said = List.of(traits).stream()
                .map(name -> Trait.of(range, name, "evidence of " + name).signedBy("test"))
                .toList();
        return policy.decide(new Candidate(range, section, said, planning));
    }

    @ParameterizedTest
    @CsvSource({"MMIO,not-ram", "ROMD,not-ram", "IOMMU,viommu-window"})
    void whatIsNotRamIsSkipped(SectionKind kind, String rule) {
        Verdict verdict = decide(0, 0xfff, kind, Backing.NONE, IOMMUFD);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({"RAM,ram,READ_WRITE", "ROM,rom,READ"})
    void ramIsMappedForWritingAndRomForReading(SectionKind kind, String rule, Access access) {
        Verdict verdict = decide(0, 0xfff, kind, RAM, IOMMUFD);
        assertThat(verdict.outcome()).isEqualTo(Outcome.MAP);
        assertThat(verdict.rule()).isEqualTo(rule);
        assertThat(verdict.access()).isEqualTo(access);
        assertThat(verdict.routes()).contains(Route.USER, Route.FILE);
    }

    @Test
    void readOnlyRamIsMappedForReading() {
        AddressRange range = new AddressRange(0, 0xfff);
        Section section = new Section(range, SectionKind.RAM, RAM, Access.READ, "x", "", Map.of());
        assertThat(policy.decide(new Candidate(range, section, List.of(), IOMMUFD)).access()).isEqualTo(Access.READ);
    }

    @ParameterizedTest
    @CsvSource({Traits.PROTECTED, Traits.DISCARDED})
    void whatATraitForbidsIsSkippedWithItsEvidence(String trait) {
        for (SectionKind kind : List.of(SectionKind.RAM, SectionKind.ROM, SectionKind.RAM_DEVICE)) {
            Verdict verdict = decide(0, 0xfff, kind, RAM, IOMMUFD, trait);
            assertThat(verdict).isEqualTo(Verdict.skip(trait, "evidence of " + trait));
        }
    }

    @Test
    void whatAVirtualIommuTranslatesIsSkipped() {
        Verdict verdict = decide(0, 0xfff, SectionKind.RAM, RAM, IOMMUFD, Traits.TRANSLATED);
        assertThat(verdict).isEqualTo(Verdict.skip("translated", "evidence of translated"));
    }

    @Test
    void aSectionThatStartsInTheUpperHalfIsSkipped() {
        assertThat(decide(Long.MIN_VALUE, -1L, SectionKind.RAM, RAM, IOMMUFD).rule()).isEqualTo("bit-63");
        assertThat(decide(0, -1L, SectionKind.RAM, RAM, IOMMUFD).rule()).isEqualTo("ram");
    }

    @Test
    void aSectionThatLiesOtherwiseInItsPageThanItsBackingIsSkipped() {
        Verdict verdict = decide(0xfed40080L, 0xfed40fffL, SectionKind.RAM, RAM, IOMMUFD);
        assertThat(verdict.rule()).isEqualTo("unaligned");
        assertThat(verdict.reason())
                .isEqualTo("0xfed40080 and its backing, 'pc.ram' at 0x0,"
                        + " lie differently within a page of 0x1000 bytes");
        Backing alike = new Backing.Remote("pc.ram", 0x2080);
        assertThat(decide(0xfed40080L, 0xfed40fffL, SectionKind.RAM, alike, IOMMUFD).outcome()).isEqualTo(Outcome.MAP);
    }

    @Test
    void aBarIsSkippedWithoutDmaBufsAndTheReasonNamesIt() {
        Verdict verdict = decide(0, 0xfff, SectionKind.RAM_DEVICE, BAR, IOMMUFD);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo("bar-without-dma-buf");
        assertThat(verdict.reason()).isEqualTo("BAR 2 of 0000:00:12.0 has no pages that the kernel could pin"
                + " by address, and Linux 6.12 exports no dma-buf");
        assertThat(verdict.remedy()).isNotEmpty();
        assertThat(decide(0, 0xfff, SectionKind.RAM_DEVICE, BAR, TYPE1).reason())
                .isEqualTo("BAR 2 of 0000:00:12.0 cannot be mapped: device 0000:00:12.0 is not attached to this"
                        + " address space, so nobody can export its BAR");
    }

    @Test
    void aBarGoesByItsAddressWhereTheKernelTakesThatAndTheReasonSaysSo() {
        BarExport byAddress =
                new BarExport(2, 0x4000, RangeSet.of(new AddressRange(0, 0xfff)), "an MSI-X table", Route.USER);
        Planning type1 = new Planning("vfio", Set.of(Route.USER), "a container takes addresses only", 0x1000, List.of(
                new DeviceLimits("0000:00:12.0", RangeSet.ALL, 0x1000, List.of(), List.of(byAddress))));
        Verdict verdict = decide(0, 0xfff, SectionKind.RAM_DEVICE, BAR, type1);
        assertThat(verdict.outcome()).isEqualTo(Outcome.MAP);
        assertThat(verdict.routes()).containsExactly(Route.USER);
        assertThat(verdict.reason()).isEqualTo("QEMU maps a device's memory too; BAR 2 of 0000:00:12.0 goes by the"
                + " address at which it is mapped in this process, as with QEMU: a container takes addresses only");
        Verdict beyond = decide(0, 0xfff, SectionKind.RAM_DEVICE, BAR.advance(0x1000), type1);
        assertThat(beyond.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(beyond.reason()).isEqualTo("BAR 2 of 0000:00:12.0 cannot be mapped: an MSI-X table");
    }

    @Test
    void aBarIsMappedByDmaBufOnly() {
        Verdict verdict = decide(0, 0xfff, SectionKind.RAM_DEVICE, BAR, WITH_DMA_BUF);
        assertThat(verdict.outcome()).isEqualTo(Outcome.MAP);
        assertThat(verdict.routes()).containsExactly(Route.DMA_BUF);
        assertThat(verdict.access()).isEqualTo(Access.READ_WRITE);
        Backing other = new Backing.DeviceBar("0000:00:13.0", 2, 0);
        Verdict skipped = decide(0, 0xfff, SectionKind.RAM_DEVICE, other, WITH_DMA_BUF);
        assertThat(skipped.rule()).isEqualTo("bar-without-dma-buf");
        assertThat(skipped.reason()).endsWith("device 0000:00:13.0 is not attached to this address space, so nobody"
                + " can export its BAR");
    }

    @Test
    void deviceMemoryKnownByAddressIsMappedWhereTheKernelFollowsPageFrames() {
        Backing address = new Backing.UserMemory(0x7f0000000000L);
        assertThat(decide(0, 0xfff, SectionKind.RAM_DEVICE, address, TYPE1).routes()).contains(Route.USER);
        assertThat(decide(0, 0xfff, SectionKind.RAM_DEVICE, address, IOMMUFD).rule())
                .isEqualTo("ram-device-by-address");
    }

    @Test
    void deviceMemoryInNormalMemoryIsMappedByAddress() {
        Verdict verdict = decide(0, 0xfff, SectionKind.RAM_DEVICE, new Backing.Remote("tpm-ppi", 0), IOMMUFD);
        assertThat(verdict.outcome()).isEqualTo(Outcome.MAP);
        assertThat(verdict.routes()).contains(Route.USER);
    }

    @ParameterizedTest
    @CsvSource({
        "0xfed45000, 0xfed453ff, 0x1000,  false",
        "0xfed45000, 0xfed45fff, 0x1000,  true",
        "0xfed45000, 0xfed467ff, 0x1000,  true",
        "0xfed45000, 0xfed45fff, 0x10000, false",
        "0xfed50000, 0xfed5ffff, 0x10000, true",
    })
    void deviceMemoryIsMappedIfWhatIsLeftInHostPagesSuitsTheIommu(
            String start, String last, String alignment, boolean mapped) {
        Planning planning = new Planning(
                "iommufd", Set.of(Route.USER, Route.DMA_BUF), "", Long.decode(alignment), List.of());
        Backing alike = new Backing.Remote("x", Long.decode(start));
        Verdict verdict = decide(Long.decode(start), Long.decode(last), SectionKind.RAM_DEVICE, alike, planning);
        assertThat(verdict.rule()).isEqualTo(mapped ? "ram-device" : "ram-device-unaligned");
    }

    @Test
    void ramThatADeviceCannotReachIsRefusedAndAllElseIsCarved() {
        AddressRange range = new AddressRange(0, 0xffffffffL);
        Conflict conflict = new Conflict(new AddressRange(0xfee00000L, 0xfeefffffL), "reserved (msi) by 0000:01:00.0");
        for (SectionKind kind : SectionKind.values()) {
            Section section = new Section(range, kind, RAM, Access.READ, "x", "", Map.of());
            Verdict verdict = policy.conflict(new Candidate(range, section, List.of(), IOMMUFD), conflict);
            assertThat(verdict.outcome()).isEqualTo(kind == SectionKind.RAM ? Outcome.REFUSE : Outcome.SKIP);
            assertThat(verdict.reason()).contains("0xfee00000-0xfeefffff is reserved (msi) by 0000:01:00.0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RAM,unbacked,REFUSE,ram-unpinnable", "RAM,read-only,REFUSE,ram-unpinnable",
        "RAM,file-writeback,REFUSE,ram-unpinnable", "RAM,device-memory,REFUSE,ram-unpinnable",
        "ROM,unbacked,SKIP,unpinnable", "ROM,device-memory,SKIP,unpinnable",
        "ROM,read-only,MAP,rom", "ROM,file-writeback,MAP,rom", "RAM,gup-able,MAP,ram"
    })
    void whatTheKernelWouldNotPinIsRefusedIfItIsRam(SectionKind kind, String trait, Outcome outcome, String rule) {
        Verdict verdict = decide(0, 0xfff, kind, new Backing.UserMemory(0x7f0000), IOMMUFD, trait);
        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.rule()).isEqualTo(rule);
        if (outcome != Outcome.MAP) {
            assertThat(verdict.reason()).contains("'" + trait + "'", "evidence of " + trait);
        }
    }

    @Test
    void aContainerFollowsPageFramesOfRamToo() {
        assertThat(decide(0, 0xfff, SectionKind.RAM, new Backing.UserMemory(0x7f0000), TYPE1, Traits.DEVICE_MEMORY)
                .outcome()).isEqualTo(Outcome.MAP);
    }

    @Test
    void aMemoryFileIsPinnedByItsDescriptorWhateverItsMappingMayDo() {
        Backing file = new Backing.MemoryFile(5, 0, 0x7f0000);
        assertThat(decide(0, 0xfff, SectionKind.RAM, file, IOMMUFD, Traits.READ_ONLY).outcome())
                .isEqualTo(Outcome.MAP);
        assertThat(decide(0, 0xfff, SectionKind.RAM, file, TYPE1, Traits.READ_ONLY).outcome())
                .isEqualTo(Outcome.REFUSE);
        assertThat(decide(0, 0xfff, SectionKind.RAM, file, IOMMUFD, Traits.UNBACKED).outcome())
                .isEqualTo(Outcome.REFUSE);
    }

    @Test
    void aDevicesMemoryThatIsNotThereIsLeftOutAsQemuDoes() {
        Verdict verdict = decide(
                0, 0xfff, SectionKind.RAM_DEVICE, new Backing.UserMemory(0x7f0000), TYPE1, Traits.UNBACKED);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo("ram-device-unpinnable");
    }
}
