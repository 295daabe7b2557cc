package org.pinion.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.core.table.ChangeSet.Cut;

class DifferTest {

    private static Mapping mapping(long start, long last) {
        return new Mapping(
                new AddressRange(start, last), Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(3, start, 0));
    }

    private static ChangeSet diff(List<Mapping> installed, List<Mapping> wanted) {
        return Differ.diff(installed, wanted, 4096);
    }

    @Test
    void leavesAnEntryAloneThatTheViewNowShowsInPieces() {
        ChangeSet changes = diff(
                List.of(mapping(0, 0x2fff)),
                List.of(mapping(0, 0xfff), mapping(0x1000, 0x1fff), mapping(0x2000, 0x2fff)));

        assertThat(changes.isEmpty()).isTrue();
        assertThat(changes.keptBytes()).isEqualTo(0x3000);
    }

    @Test
    void cutsAHoleAndKeepsBothSides() {
        Mapping whole = mapping(0, 0x3fff);
        Mapping left = mapping(0, 0xfff);
        Mapping right = mapping(0x2000, 0x3fff);

        ChangeSet changes = diff(List.of(whole), List.of(left, right));

        assertThat(changes.cuts()).containsExactly(new Cut(whole, List.of(left.range(), right.range())));
        assertThat(changes.unmaps()).isEmpty();
        assertThat(changes.maps()).isEmpty();
    }

    @Test
    void mapsOnlyWhatIsNewBesideWhatStays() {
        ChangeSet changes = diff(List.of(mapping(0x1000, 0x1fff)), List.of(mapping(0, 0x2fff)));

        assertThat(changes.maps()).containsExactly(mapping(0, 0xfff), mapping(0x2000, 0x2fff));
        assertThat(changes.unmaps()).isEmpty();
    }

    @Test
    void replacesAMappingWhoseAccessChanged() {
        Mapping before = mapping(0, 0xfff);
        Mapping after = new Mapping(before.range(), Access.READ, before.route(), before.backing());

        ChangeSet changes = diff(List.of(before), List.of(after));

        assertThat(changes.unmaps()).containsExactly(before);
        assertThat(changes.maps()).containsExactly(after);
    }

    @Test
    void keepsAMappingThatEndsAtTheLastAddress() {
        Mapping top = mapping(-0x2000L, -1L);

        assertThat(diff(List.of(top), List.of(top)).isEmpty()).isTrue();
        assertThat(diff(List.of(top), List.of(mapping(-0x1000L, -1L))).cuts())
                .containsExactly(new Cut(top, List.of(new AddressRange(-0x1000L, -1L))));
    }

    @Test
    void mapsAnewWhereEntriesBreakACoarserAlignment() {
        Mapping first = mapping(0, 0x11fff);
        Mapping second = mapping(0x12000, 0x1ffff);

        ChangeSet changes = Differ.diff(List.of(first, second), List.of(mapping(0, 0x1ffff)), 0x10000);

        assertThat(changes.cuts()).containsExactly(new Cut(first, List.of(new AddressRange(0, 0xffff))));
        assertThat(changes.unmaps()).containsExactly(second);
        assertThat(changes.maps()).containsExactly(mapping(0x10000, 0x1ffff));
    }
}
