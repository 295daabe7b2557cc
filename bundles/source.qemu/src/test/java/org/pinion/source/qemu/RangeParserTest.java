package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.IommuException;
import org.pinion.api.SectionKind;

class RangeParserTest {

    private static final String RAM = "  0000000000000000-00000000000bffff (prio 0, ram): ";

    @Test
    void aPlainRangeHasNoOffsetAndNoOwner() throws IommuException {
        assertThat(Text.range(RAM + "pc.ram"))
                .isEqualTo(new Range(4, 0, 0xbffff, SectionKind.RAM, false, "pc.ram", 0, ""));
    }

    @Test
    void aRangeMayEndAtTheLastOf64BitAddresses() throws IommuException {
        Range range = Text.range("  00000000fef00000-ffffffffffffffff (prio 0, i/o): vtd-01.0-dmar @00000000fef00000");
        assertThat(range.last()).isEqualTo(-1L);
        assertThat(range.offset()).isEqualTo(0xfef00000L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            pc.ram @00000000000c0000 owner:{obj path=/objects/pc.ram} | pc.ram | c0000 | /objects/pc.ram
            vmem0 owner:{dev id=vm0} | vmem0 | 0 | vm0
            x owner:{dev type=virtio-mem-pci} | x | 0 | virtio-mem-pci
            pc.bios parent:{obj path=/machine/unattached} | pc.bios | 0 | /machine/unattached
            a owner:{dev path=/machine/q35} parent:{obj path=/machine} | a | 0 | /machine/q35
            lost orphan | lost | 0 | ''
            pc.ram KVM | pc.ram | 0 | ''
            pc.ram @0000000010000000 KVM KVM | pc.ram | 10000000 | ''
            pc.ram @0000000000001000 owner:{obj path=/objects/pc.ram} KVM KVM | pc.ram | 1000 | /objects/pc.ram
            0000:00:12.0 BAR 2 mmaps[0] owner:{dev path=/machine/p/device[2]} | 0000:00:12.0 BAR 2 mmaps[0] | 0 | /machine/p/device[2]
            memory device caps | memory device caps | 0 | ''
            KVM | KVM | 0 | ''
            mail@box | mail@box | 0 | ''
            """)
    void whatFollowsANameIsNotPartOfIt(String rest, String name, String offset, String owner) throws IommuException {
        Range range = Text.range(RAM + rest);
        assertThat(range.name()).isEqualTo(name);
        assertThat(Long.toHexString(range.offset())).isEqualTo(offset);
        assertThat(range.owner()).isEqualTo(owner);
    }

    @Test
    void anEmptyNameIsAName() throws IommuException {
        assertThat(Text.range(RAM).name()).isEmpty();
    }

    @Test
    void nvMarksAnyKindAsNonvolatile() throws IommuException {
        Range range = Text.range("  0000000100000000-0000000107ffffff (prio -1000, nv-ram): nv1");
        assertThat(range.kind()).isEqualTo(SectionKind.RAM);
        assertThat(range.nonvolatile()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "  0000000000000000-00000000000bffff (prio 0, ram) pc.ram",
        "  0000000000000000-00000000000bffff (prio x, ram): pc.ram",
        "  0000000000000000-00000000000bffff (prio , ram): pc.ram",
        "  00000000000000000-00000000000bffff (prio 0, ram): pc.ram",
        "  000000000000000g-00000000000bffff (prio 0, ram): pc.ram",
        "  0000000000000000-00000000000bffff (prio 0, rum): pc.ram",
        "  0000000000000000-00000000000bffff",
        "  0",
        "    0000000000000000-00000000000bffff (prio 0, ram): pc.ram",
        "0000000000000000-00000000000bffff (prio 0, ram): pc.ram",
    })
    void aLineThatIsNoRangeIsNamedWithItsNumber(String line) {
        assertThatThrownBy(() -> Text.range(line))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("read guest.mtree line 4: ")
                .hasMessageContaining(line)
                .hasMessageContaining("remedy: capture the output of 'info mtree -f -o' again");
    }

    @Test
    void aRangeThatEndsBeforeItStartsIsRefused() {
        assertThatThrownBy(() -> Text.range("  00000000000c0000-00000000000bffff (prio 0, ram): pc.ram"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 4: the range ends at 0xbffff, before its start 0xc0000");
    }

    @Property
    void whatQemuPrintsIsReadBack(@ForAll("ranges") Range range, @ForAll @AlphaChars @StringLength(max = 8) String id)
            throws IommuException {
        String owner = id.isEmpty() ? "" : " owner:{dev id=" + id + "}";
        String line = "  %016x-%016x (prio %d, %s%s): %s%s%s%s".formatted(
                range.start(),
                range.last(),
                range.line(),
                range.nonvolatile() ? "nv-" : "",
                range.kind().symbol(),
                range.name(),
                range.offset() == 0 ? "" : " @%016x".formatted(range.offset()),
                owner,
                range.nonvolatile() ? " KVM" : "");
        assertThat(Text.range(line))
                .isEqualTo(new Range(
                        4,
                        range.start(),
                        range.last(),
                        range.kind(),
                        range.nonvolatile(),
                        range.name(),
                        range.offset(),
                        id));
    }

    @Provide
    Arbitrary<Range> ranges() {
        Arbitrary<Long> address = Arbitraries.longs();
        Arbitrary<SectionKind> kind = Arbitraries.of(SectionKind.values()).filter(k -> k != SectionKind.IOMMU);
        Arbitrary<String> name = Arbitraries.of(
                "pc.ram", "0000:00:12.0 BAR 2 mmaps[0]", ".io", "a: b (c), d", "x @12", "{y}", "system.flash0");
        return Combinators.combine(
                        address, address, kind, Arbitraries.of(true, false), name, address, Arbitraries.integers())
                .as((a, b, k, nv, n, offset, prio) -> Long.compareUnsigned(a, b) <= 0
                        ? new Range(prio, a, b, k, nv, n, offset, "")
                        : new Range(prio, b, a, k, nv, n, offset, ""));
    }
}
