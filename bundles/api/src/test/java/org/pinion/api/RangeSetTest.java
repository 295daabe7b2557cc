package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Laws of sets, over ranges that lie near both ends of the address space so that they overlap and touch often. */
class RangeSetTest {

    @Provide
    Arbitrary<Long> addresses() {
        return Arbitraries.longs().between(-40, 40);
    }

    @Provide
    Arbitrary<List<AddressRange>> ranges() {
        return Combinators.combine(addresses(), addresses())
                .as((a, b) -> Long.compareUnsigned(a, b) <= 0 ? new AddressRange(a, b) : new AddressRange(b, a))
                .list()
                .ofMaxSize(6);
    }

    @Property
    void hasExactlyTheAddressesOfItsRanges(
            @ForAll("ranges") List<AddressRange> ranges, @ForAll("addresses") long address) {
        assertThat(RangeSet.of(ranges).contains(address))
                .isEqualTo(ranges.stream().anyMatch(range -> range.contains(address)));
    }

    @Property
    void doesNotDependOnTheOrderOfItsRanges(@ForAll("ranges") List<AddressRange> ranges, @ForAll long seed) {
        List<AddressRange> shuffled = new ArrayList<>(ranges);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(RangeSet.of(shuffled)).isEqualTo(RangeSet.of(ranges)).hasSameHashCodeAs(RangeSet.of(ranges));
    }

    @Property
    void keepsItsRangesSortedAndApart(@ForAll("ranges") List<AddressRange> ranges) {
        List<AddressRange> kept = RangeSet.of(ranges).ranges();

        for (int i = 1; i < kept.size(); i++) {
            assertThat(Long.compareUnsigned(kept.get(i - 1).last() + 1, kept.get(i).start())).isNegative();
        }
    }

    @Property
    void intersectsUnitesAndSubtractsAddressByAddress(
            @ForAll("ranges") List<AddressRange> a,
            @ForAll("ranges") List<AddressRange> b,
            @ForAll("addresses") long address) {
        RangeSet first = RangeSet.of(a);
        RangeSet second = RangeSet.of(b);
        boolean in = first.contains(address);
        boolean inOther = second.contains(address);

        assertThat(first.intersect(second).contains(address)).isEqualTo(in && inOther);
        assertThat(first.union(second).contains(address)).isEqualTo(in || inOther);
        assertThat(first.minus(second).contains(address)).isEqualTo(in && !inOther);
        assertThat(first.complement().contains(address)).isEqualTo(!in);
    }

    @Property
    void theComplementOfTheComplementIsTheSet(@ForAll("ranges") List<AddressRange> ranges) {
        RangeSet set = RangeSet.of(ranges);

        assertThat(set.complement().complement()).isEqualTo(set);
        assertThat(set.union(set.complement())).isEqualTo(RangeSet.ALL);
        assertThat(set.intersect(set.complement())).isEqualTo(RangeSet.EMPTY);
    }

    @Property
    void containsARangeIfNothingOfItIsMissing(
            @ForAll("ranges") List<AddressRange> ranges, @ForAll("ranges") List<AddressRange> asked) {
        RangeSet set = RangeSet.of(ranges);

        for (AddressRange range : asked) {
            assertThat(set.contains(range)).isEqualTo(RangeSet.of(range).minus(set).isEmpty());
        }
    }

    @Property
    void findsTheRangeAnAddressLiesIn(
            @ForAll("ranges") List<AddressRange> ranges, @ForAll("addresses") long address) {
        RangeSet set = RangeSet.of(ranges);

        assertThat(set.find(address))
                .isEqualTo(set.ranges().stream()
                        .filter(range -> range.contains(address))
                        .findFirst());
    }

    @Example
    void allAndNothingAreEachOthersComplement() {
        assertThat(RangeSet.ALL.complement()).isEqualTo(RangeSet.EMPTY);
        assertThat(RangeSet.EMPTY.complement()).isEqualTo(RangeSet.ALL);
        assertThat(RangeSet.of(new AddressRange(0, 9), new AddressRange(10, -1L))).isEqualTo(RangeSet.ALL);
    }

    @Example
    void wideningTakesWholeUnitsAndJoinsThoseThatTouch() {
        RangeSet set = RangeSet.of(
                new AddressRange(0x1800, 0x1fff), new AddressRange(0x2000, 0x2000), new AddressRange(-1L, -1L));
        assertThat(set.widen(0x1000))
                .isEqualTo(RangeSet.of(new AddressRange(0x1000, 0x2fff), new AddressRange(-0x1000L, -1L)));
    }
}
