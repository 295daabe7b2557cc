package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.Trait;
import org.pinion.linux.procfs.MemoryArea;

/** Sections over memory areas: covered whole, by halves, by several, or not at all. */
class ClassificationTest {

    private static final String RAM = Smaps.text("7f0000000000-7f0000010000 rw-p 00000000 00:00 0", 4, "rd wr");
    private static final String MORE_RAM = Smaps.text("7f0000010000-7f0000020000 rw-p 00000000 00:00 0", 4, "rd wr dd");
    private static final String ROM = Smaps.text("7f0000020000-7f0000030000 r--p 00000000 00:00 0", 4, "rd");
    private static final String BAR =
            Smaps.text("7f0000040000-7f0000050000 rw-s 0 00:06 301 /dev/vfio/devices/vfio0", 4, "rd wr pf io");
    private static final String TOP = Smaps.text("fffffffffffff000-0 rw-p 00000000 00:00 0", 4, "rd wr");

    private static final Gaps NO_GAPS = (area, part) -> List.of();

    private static Collection<Trait> traits(List<MemoryArea> areas, PlacedSection... sections) {
        return new Classification(new AreaMap(areas), FileSystems.of(List.of()), 4096, NO_GAPS)
                .traits(List.of(sections));
    }

    private static List<String> said(List<MemoryArea> areas, PlacedSection... sections) {
        return traits(areas, sections).stream()
                .map(trait -> trait.range() + " " + trait.label())
                .sorted()
                .toList();
    }

    private static PlacedSection section(long start, long size, long address) {
        return new PlacedSection(AddressRange.ofSize(start, size), address);
    }

    @Test
    void aSectionInsideOneAreaIsSaidOfWholeAtItsOwnAddresses() {
        assertThat(said(Smaps.areas(RAM), section(0x1000, 0x2000, 0x7f0000004000L)))
                .containsExactly("0x1000-0x2fff gup-able");
    }

    @Test
    void theHalfThatNoAreaCoversIsUnbacked() {
        assertThat(said(Smaps.areas(RAM), section(0x100000, 0x20000, 0x7f0000000000L)))
                .containsExactly("0x100000-0x10ffff gup-able", "0x110000-0x11ffff unbacked");
        assertThat(said(Smaps.areas(RAM), section(0x100000, 0x20000, 0x7effffff0000L)))
                .containsExactly("0x100000-0x10ffff unbacked", "0x110000-0x11ffff gup-able");
    }

    @Test
    void aGapBetweenAreasIsUnbackedAndEachAreaIsSaidOfByItself() {
        assertThat(said(Smaps.areas(ROM, BAR), section(0, 0x40000, 0x7f0000018000L)))
                .containsExactly(
                        "0x0-0x7fff unbacked",
                        "0x18000-0x27fff unbacked",
                        "0x28000-0x37fff device-memory",
                        "0x38000-0x3ffff unbacked",
                        "0x8000-0x17fff gup-able",
                        "0x8000-0x17fff read-only");
    }

    @Test
    void whatAnAreaLacksIsUnbackedAndTheRestIsSaidAround() {
        AddressRange hole = new AddressRange(0x7f0000004000L, 0x7f0000004fffL);
        Gaps gaps = (area, part) -> List.of(new Gaps.Gap(hole, "has guard pages here"));

        Collection<Trait> traits = new Classification(
                        new AreaMap(Smaps.areas(RAM)), FileSystems.of(List.of()), 4096, gaps)
                .traits(List.of(section(0, 0x10000, 0x7f0000000000L)));

        assertThat(traits)
                .extracting(trait -> trait.range() + " " + trait.label())
                .containsExactlyInAnyOrder("0x0-0x3fff gup-able", "0x5000-0xffff gup-able", "0x4000-0x4fff unbacked");
        assertThat(traits).anySatisfy(trait -> assertThat(trait.evidence()).endsWith("has guard pages here"));
    }

    @Test
    void whatCannotBePinnedAnywayIsNotAskedForItsGaps() {
        Gaps asked = (area, part) -> {
            throw new AssertionError(area + " was asked for");
        };

        assertThat(new Classification(new AreaMap(Smaps.areas(BAR)), FileSystems.of(List.of()), 4096, asked)
                        .traits(List.of(section(0, 0x10000, 0x7f0000040000L))))
                .extracting(Trait::name)
                .containsExactly("device-memory");
    }

    @Test
    void gapsOfTwoKindsAreJoinedWithoutOverlap() {
        Gaps end = (area, part) -> List.of(new Gaps.Gap(new AddressRange(0x3000, 0x4fff), "end"));
        Gaps guards = (area, part) -> List.of(
                new Gaps.Gap(new AddressRange(0x1000, 0x1fff), "guard"),
                new Gaps.Gap(new AddressRange(0x4000, 0x5fff), "guard"));

        assertThat(end.and(guards).of(null, null)).containsExactly(
                new Gaps.Gap(new AddressRange(0x1000, 0x1fff), "guard"),
                new Gaps.Gap(new AddressRange(0x3000, 0x4fff), "end"),
                new Gaps.Gap(new AddressRange(0x5000, 0x5fff), "guard"));
    }

    @Test
    void aSectionThatNoAreaCoversIsUnbackedWhole() {
        assertThat(said(Smaps.areas(RAM), section(0x1000, 0x1000, 0x1000))).containsExactly("0x1000-0x1fff unbacked");
        assertThat(said(List.of(), section(0x1000, 0x1000, 0x1000))).containsExactly("0x1000-0x1fff unbacked");
    }

    @Test
    void theSameOfNeighboursIsSaidOnce() {
        Collection<Trait> traits = traits(Smaps.areas(RAM, MORE_RAM, ROM), section(0, 0x30000, 0x7f0000000000L));
        assertThat(traits)
                .extracting(trait -> trait.range() + " " + trait.name())
                .containsExactlyInAnyOrder("0x0-0x2ffff gup-able", "0x20000-0x2ffff read-only");
        assertThat(traits).filteredOn(trait -> trait.name().equals("gup-able")).singleElement().satisfies(trait ->
                assertThat(trait.evidence())
                        .startsWith("memory area 0x7f0000000000-0x7f000000ffff rw-p (VmFlags: rd wr)")
                        .endsWith("; the same holds for the 2 after it"));
    }

    @Test
    void theSameAfterAGapIsSaidAgain() {
        String far = Smaps.text("7f0000020000-7f0000030000 rw-p 00000000 00:00 0", 4, "rd wr");
        assertThat(said(Smaps.areas(RAM, far), section(0, 0x30000, 0x7f0000000000L)))
                .containsExactly("0x0-0xffff gup-able", "0x10000-0x1ffff unbacked", "0x20000-0x2ffff gup-able");
    }

    @Test
    void sectionsAreSaidOfOneByOne() {
        assertThat(said(
                        Smaps.areas(RAM, BAR),
                        section(0, 0x1000, 0x7f0000000000L),
                        section(0x1000, 0x1000, 0x7f0000001000L),
                        section(0x80000000L, 0x1000, 0x7f0000040000L)))
                .containsExactly(
                        "0x0-0xfff gup-able", "0x1000-0x1fff gup-able", "0x80000000-0x80000fff device-memory");
    }

    @Test
    void addressesAreUnsignedOnBothSides() {
        PlacedSection high = new PlacedSection(new AddressRange(-0x1000L, -1L), -0x1000L);
        assertThat(said(Smaps.areas(RAM, TOP), high)).containsExactly("0xfffffffffffff000-0xffffffffffffffff gup-able");
    }

    @Test
    void whatGoesOnPastTheLastAddressIsUnbacked() {
        assertThat(said(Smaps.areas(RAM, TOP), section(0, 0x3000, -0x1000L)))
                .containsExactly("0x0-0xfff gup-able", "0x1000-0x2fff unbacked");
    }

    @Test
    void aSectionOfEveryAddressIsClassified() {
        assertThat(said(Smaps.areas(TOP), new PlacedSection(AddressRange.ALL, 0)))
                .containsExactly("0x0-0xffffffffffffefff unbacked", "0xfffffffffffff000-0xffffffffffffffff gup-able");
    }
}
