package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class MappingTest {

    private static final AddressRange RANGE = new AddressRange(0x10000, 0x1ffff);

    private static Mapping mapping(long start, long last, Backing backing) {
        return new Mapping(new AddressRange(start, last), Access.READ_WRITE, Route.FILE, backing);
    }

    @Property
    void twoSlicesSideBySideContinueEachOther(@ForAll @LongRange(min = 0x10000, max = 0x1fffe) long split) {
        Mapping whole = new Mapping(RANGE, Access.READ, Route.USER, new Backing.MemoryFile(3, 0x5000, 0x7000));
        Mapping left = whole.slice(new AddressRange(RANGE.start(), split));
        Mapping right = whole.slice(new AddressRange(split + 1, RANGE.last()));

        assertThat(left.continuedBy(right)).isTrue();
        assertThat(right.continuedBy(left)).isFalse();
        assertThat(right.backing())
                .isEqualTo(new Backing.MemoryFile(3, 0x5000 + split + 1 - 0x10000, 0x7000 + split + 1 - 0x10000));
    }

    @Example
    void isNotContinuedByOtherBytesOrRights() {
        Mapping first = mapping(0, 0xfff, new Backing.MemoryFile(3, 0, 0));
        AddressRange next = new AddressRange(0x1000, 0x1fff);
        Backing following = new Backing.MemoryFile(3, 0x1000, 0);

        assertThat(first.continuedBy(mapping(0x1000, 0x1fff, following))).isTrue();
        assertThat(first.continuedBy(mapping(0x1000, 0x1fff, new Backing.MemoryFile(3, 0x2000, 0)))).isFalse();
        assertThat(first.continuedBy(mapping(0x1000, 0x1fff, new Backing.MemoryFile(4, 0x1000, 0)))).isFalse();
        assertThat(first.continuedBy(mapping(0x2000, 0x2fff, following))).isFalse();
        assertThat(first.continuedBy(new Mapping(next, Access.READ, Route.FILE, following))).isFalse();
        assertThat(first.continuedBy(new Mapping(next, Access.READ_WRITE, Route.USER, following))).isFalse();
    }

    @Example
    void aMappingAtTheVeryEndIsContinuedByNone() {
        Mapping top = mapping(-0x1000L, -1L, new Backing.MemoryFile(3, 0, 0));

        assertThat(top.continuedBy(mapping(0, 0xfff, new Backing.MemoryFile(3, 0x1000, 0)))).isFalse();
    }
}
