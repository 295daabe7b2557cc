package org.pinion.policy.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict.Outcome;
import org.pinion.spi.policy.Verdict;

class StrictPolicyTest {

    private static final AddressRange PAGES = new AddressRange(0x1000, 0x4fff);
    private static final Planning PLAIN = new Planning(
            "iommufd", Set.of(Route.USER, Route.FILE), "Linux 6.12 exports no dma-buf", 0x1000, List.of());
    private static final Planning WITH_DMA_BUF =
            new Planning("iommufd", Set.of(Route.USER, Route.FILE, Route.DMA_BUF), "", 0x1000, List.of(new DeviceLimits(
            "0000:00:12.0",
            RangeSet.ALL,
            0x1000,
            List.of(),
            List.of(new BarExport(2, 0x4000, RangeSet.of(new AddressRange(0, 0x3fff)), "")))));
    private static final Backing MEMORY = new Backing.UserMemory(0x7f0000001000L);
    private static final Backing BAR = new Backing.DeviceBar("0000:00:12.0", 2, 0);

    private final StrictPolicy policy = new StrictPolicy();

    private static Candidate candidate(SectionKind kind, Backing backing, Planning planning, String... traits) {
        Section section = new Section(PAGES, kind, backing, Access.READ_WRITE, "pc.ram", "", Map.of());
        List<Trait> said = Stream.of(traits)
                .map(name -> Trait.of(PAGES, name, "it says " + name).signedBy("vma"))
                .toList();
        return new Candidate(PAGES, section, said, planning);
    }

    private Verdict decide(SectionKind kind, Backing backing, Planning planning, String... traits) {
        return policy.decide(candidate(kind, backing, planning, traits));
    }

    @Test
    void memoryKnownToBePinnableIsMapped() {
        Verdict verdict = decide(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE);
        assertThat(verdict).isEqualTo(Verdict.map(
                Access.READ_WRITE,
                Set.of(Route.USER, Route.FILE),
                "ram",
                "according to classifier 'vma': it says gup-able"));
    }

    @Test
    void memoryThatNobodyKnowsIsSkipped() {
        assertThat(decide(SectionKind.RAM, MEMORY, PLAIN).rule()).isEqualTo("not-known-safe");
    }

    @ParameterizedTest
    @ValueSource(strings = {Traits.PROTECTED, Traits.DISCARDED, Traits.UNBACKED, Traits.FILE_WRITEBACK})
    void oneObjectionOutweighsPinnable(String trait) {
        Verdict verdict = decide(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE, trait);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo(trait);
        assertThat(verdict.reason()).contains("according to classifier 'vma': it says " + trait);
    }

    @ParameterizedTest
    @CsvSource({"MMIO,not-ram", "ROMD,not-ram", "IOMMU,viommu-window"})
    void whatIsNotRamIsSkipped(SectionKind kind, String rule) {
        Verdict verdict = decide(kind, Backing.NONE, PLAIN, Traits.GUP_ABLE);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo(rule);
    }

    @Test
    void nothingReadOnlyIsWritable() {
        assertThat(decide(SectionKind.ROM, MEMORY, PLAIN, Traits.GUP_ABLE).access()).isEqualTo(Access.READ);
        Verdict readOnly = decide(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE, Traits.READ_ONLY);
        assertThat(readOnly.access()).isEqualTo(Access.READ);
        assertThat(readOnly.rule()).isEqualTo("read-only");
        Section section = new Section(PAGES, SectionKind.RAM, MEMORY, Access.READ, "x", "", Map.of());
        List<Trait> pinnable = List.of(Trait.of(PAGES, Traits.GUP_ABLE, "x"));
        assertThat(policy.decide(new Candidate(PAGES, section, pinnable, PLAIN)).access()).isEqualTo(Access.READ);
    }

    @Test
    void aBarGoesByDmaBufOrNotAtAll() {
        Verdict mapped = decide(SectionKind.RAM_DEVICE, BAR, WITH_DMA_BUF, Traits.DEVICE_MEMORY);
        assertThat(mapped.outcome()).isEqualTo(Outcome.MAP);
        assertThat(mapped.routes()).containsExactly(Route.DMA_BUF);
        Verdict skipped = decide(SectionKind.RAM_DEVICE, BAR, PLAIN, Traits.DEVICE_MEMORY);
        assertThat(skipped.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(skipped.rule()).isEqualTo("device-memory");
        assertThat(skipped.reason()).isEqualTo("BAR 2 of 0000:00:12.0 is mapped by dma-buf or not at all:"
                + " Linux 6.12 exports no dma-buf");
    }

    @Test
    void aBarWhoseDeviceIsNotAttachedStaysOut() {
        Backing other = new Backing.DeviceBar("0000:00:13.0", 2, 0);
        Verdict verdict = decide(SectionKind.RAM_DEVICE, other, WITH_DMA_BUF, Traits.DEVICE_MEMORY);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.reason()).endsWith("or not at all: device 0000:00:13.0 is not attached to this address"
                + " space, so nobody can export its BAR");
        assertThat(verdict.remedy()).contains("attached to the same address space");
    }

    @Test
    void deviceMemoryKnownByAddressStaysOutEvenIfItClaimsToBePinnable() {
        Verdict verdict = decide(SectionKind.RAM, MEMORY, WITH_DMA_BUF, Traits.GUP_ABLE, Traits.DEVICE_MEMORY);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.reason()).contains("memory at 0x7f0000001000").endsWith("it is known by its address only");
    }

    @Test
    void aDmaBufGoesByItself() {
        assertThat(decide(SectionKind.RAM, new Backing.DmaBuf(5, 0), WITH_DMA_BUF, Traits.DMA_BUF).routes())
                .containsExactly(Route.DMA_BUF);
    }

    @Test
    void whatLiesOtherwiseInItsPageThanItsBackingIsSkipped() {
        assertThat(decide(SectionKind.RAM, new Backing.UserMemory(0x80), PLAIN, Traits.GUP_ABLE).rule())
                .isEqualTo("unaligned");
    }

    @Test
    void aConflictOfRamIsRefusedWithDeviceTypeRangeSectionAndRemedy() {
        Conflict conflict = new Conflict(new AddressRange(0x2000, 0x2fff), "reserved (msi) by 0000:01:00.0");
        Verdict verdict = policy.conflict(candidate(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE), conflict);
        assertThat(verdict).isEqualTo(Verdict.refuse(
                "ram-conflict",
                "0x2000-0x2fff is reserved (msi) by 0000:01:00.0;"
                        + " section 'pc.ram' at 0x1000-0x4fff (ram) has 0x1000 bytes there",
                "keep the guest's RAM out of 0x2000-0x2fff, or leave the device out"));
    }

    @Test
    void ramBeyondAnApertureIsRefusedWithAnotherRemedy() {
        Conflict conflict = new Conflict(new AddressRange(0x4000, 0x4fff), "outside the aperture of 0000:01:00.0");
        Verdict verdict = policy.conflict(candidate(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE), conflict);
        assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
        assertThat(verdict.remedy()).startsWith("give the guest less memory or place it lower");
    }

    @Test
    void ifSoConfiguredTheDeviceIsSetApartForRamAndForNothingElse() {
        MappingPolicy apart = new StrictPolicy(true);
        Conflict conflict = new Conflict(new AddressRange(0x2000, 0x2fff), "reserved (msi) by 0000:01:00.0");
        Verdict verdict = apart.conflict(candidate(SectionKind.RAM, MEMORY, PLAIN, Traits.GUP_ABLE), conflict);
        assertThat(verdict.outcome()).isEqualTo(Outcome.APART);
        assertThat(verdict.rule()).isEqualTo("ram-apart");
        assertThat(verdict.reason()).startsWith("0x2000-0x2fff is reserved (msi) by 0000:01:00.0; section 'pc.ram'")
                .endsWith("(ram.conflict=apart)");
        assertThat(apart.conflict(candidate(SectionKind.ROM, MEMORY, PLAIN), conflict).outcome())
                .isEqualTo(Outcome.SKIP);
    }

    @ParameterizedTest
    @CsvSource({"refuse,REFUSE", "apart,APART", "aprat,REFUSE"})
    void theConfigurationSaysWhatHappensAndATypoLeavesTheDefault(String value, Outcome outcome) {
        StrictConfiguration configuration = configured(value);
        Conflict conflict = new Conflict(new AddressRange(0x2000, 0x2fff), "reserved (msi) by 0000:01:00.0");
        assertThat(new StrictPolicy(configuration).conflict(candidate(SectionKind.RAM, MEMORY, PLAIN), conflict)
                .outcome()).isEqualTo(outcome);
    }

    private static StrictConfiguration configured(String ramConflict) {
        return new StrictConfiguration() {
            @Override
            public String ram_conflict() {
                return ramConflict;
            }

            @Override
            public Class<StrictConfiguration> annotationType() {
                return StrictConfiguration.class;
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"ROM", "RAM_DEVICE"})
    void otherConflictsAreCarved(SectionKind kind) {
        Conflict conflict = new Conflict(new AddressRange(0x2000, 0x2fff), "reserved (msi) by 0000:01:00.0");
        Verdict verdict = policy.conflict(candidate(kind, MEMORY, PLAIN), conflict);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.rule()).isEqualTo("conflict");
    }
}
