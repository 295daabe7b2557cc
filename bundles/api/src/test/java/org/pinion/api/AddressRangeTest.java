package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AddressRangeTest {

    private static AddressRange between(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? new AddressRange(a, b) : new AddressRange(b, a);
    }

    private static BigInteger unsigned(long address) {
        return new BigInteger(Long.toUnsignedString(address));
    }

    @Example
    void endsAtTheLastAddressThereIs() {
        AddressRange top = AddressRange.ofSize(-4096L, 4096);

        assertThat(top.last()).isEqualTo(-1L);
        assertThat(top.size()).isEqualTo(4096);
        assertThat(top).hasToString("0xfffffffffffff000-0xffffffffffffffff");
        assertThat(AddressRange.ALL.size()).isZero();
    }

    @Example
    void refusesWhatIsNoRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.ofSize(0x1000, 0))
                .withMessageContaining("0x1000")
                .withMessageContaining("size of 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.ofSize(-4096L, 4097))
                .withMessageContaining("0xfffffffffffff000")
                .withMessageContaining("2^64-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AddressRange(-1L, 1))
                .withMessageContaining("before its start");
    }

    @Example
    void nothingFollowsTheLastAddress() {
        assertThat(new AddressRange(5, -1L).meets(new AddressRange(0, 4))).isFalse();
        assertThat(new AddressRange(0, 4).meets(new AddressRange(5, -1L))).isTrue();
    }

    @Property
    void containsExactlyTheAddressesBetweenItsEnds(@ForAll long a, @ForAll long b, @ForAll long address) {
        AddressRange range = between(a, b);
        boolean inside = unsigned(address).compareTo(unsigned(range.start())) >= 0
                && unsigned(address).compareTo(unsigned(range.last())) <= 0;

        assertThat(range.contains(address)).isEqualTo(inside);
    }

    @Property
    void theIntersectionIsWhatBothContain(
            @ForAll long a, @ForAll long b, @ForAll long c, @ForAll long d, @ForAll long address) {
        AddressRange first = between(a, b);
        AddressRange second = between(c, d);
        Optional<AddressRange> common = first.intersect(second);

        assertThat(common).isEqualTo(second.intersect(first));
        assertThat(common.isPresent()).isEqualTo(first.overlaps(second));
        assertThat(common.filter(range -> range.contains(address)).isPresent())
                .isEqualTo(first.contains(address) && second.contains(address));
    }

    @Property
    void trimmingGivesTheLargestAlignedPart(@ForAll long a, @ForAll long b, @ForAll @IntRange(max = 62) int shift) {
        AddressRange range = between(a, b);
        BigInteger unit = BigInteger.ONE.shiftLeft(shift);
        BigInteger first = unsigned(range.start()).add(unit).subtract(BigInteger.ONE).divide(unit).multiply(unit);
        BigInteger end = unsigned(range.last()).add(BigInteger.ONE).divide(unit).multiply(unit);

        Optional<AddressRange> trimmed = range.trimTo(1L << shift);

        assertThat(trimmed.isPresent()).isEqualTo(first.compareTo(end) < 0);
        trimmed.ifPresent(part -> {
            assertThat(unsigned(part.start())).isEqualTo(first);
            assertThat(unsigned(part.last())).isEqualTo(end.subtract(BigInteger.ONE));
        });
    }

    @Property
    void theSizeLeadsBackToTheRange(@ForAll long a, @ForAll long b) {
        AddressRange range = between(a, b);

        if (!range.equals(AddressRange.ALL)) {
            assertThat(AddressRange.ofSize(range.start(), range.size())).isEqualTo(range);
        }
    }
}
