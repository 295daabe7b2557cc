package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FlatViewChangeTest {

    private static final Section LOW = ram(0, 0xfff, "low");
    private static final Section TOP = ram(-0x1000L, -1L, "top");
    private static final FlatView VIEW = FlatView.of("v", List.of(LOW, TOP));

    private static Section ram(long start, long last, String name) {
        return Section.ram(new AddressRange(start, last), new Backing.MemoryFile(3, start, 0), name);
    }

    @Test
    void whatIsHiddenGoesBeforeOtherShows() {
        Section other = ram(0, 0x1fff, "other");

        FlatView changed = VIEW.with(FlatViewChange.NONE.show(other).hide(LOW.range()));

        assertThat(changed).isEqualTo(FlatView.of("v", List.of(other, TOP)));
        assertThat(VIEW.sections()).containsExactly(LOW, TOP);
    }

    @Test
    void theEndOfAllAddressesCanBeReplaced() {
        Section other = ram(-0x1000L, -1L, "other");

        assertThat(VIEW.with(FlatViewChange.NONE.replace(other)).at(-1L)).contains(other);
    }

    @Test
    void nothingIsHiddenInPart() {
        FlatViewChange change = FlatViewChange.NONE.hide(new AddressRange(0x800, 0xfff));

        assertThatThrownBy(() -> VIEW.with(change))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x800-0xfff would cut 'low' at 0x0-0xfff");
    }

    @Test
    void whatStillShowsIsNotShownOver() {
        FlatViewChange change = FlatViewChange.NONE.show(ram(0x800, 0x1fff, "over"));

        assertThatThrownBy(() -> VIEW.with(change))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'low' at 0x0-0xfff (ram) overlaps 'over'");
    }

    @Test
    void aChangeTouchesWhatItHidesAndWhatItShows() {
        FlatViewChange change = FlatViewChange.NONE.hide(LOW.range()).show(ram(0x1000, 0x1fff, "next"));

        assertThat(change.touched()).isEqualTo(RangeSet.of(new AddressRange(0, 0x1fff)));
        assertThat(change.isEmpty()).isFalse();
        assertThat(FlatViewChange.NONE.isEmpty()).isTrue();
    }
}
