package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlatViewTest {

    private static Section section(long start, long last, String name) {
        return Section.ram(new AddressRange(start, last), new Backing.MemoryFile(3, 0, 0), name);
    }

    @Test
    void isTheSameWhateverTheOrderOfItsSections() {
        List<Section> sections = new ArrayList<>(
                List.of(section(0, 9, "a"), section(10, 19, "b"), section(-10L, -1L, "top"), section(40, 49, "c")));
        FlatView sorted = FlatView.of("v", sections);

        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(sections, new Random(seed));
            assertThat(FlatView.of("v", sections)).isEqualTo(sorted).hasSameHashCodeAs(sorted);
        }
        assertThat(sorted.sections()).extracting(Section::name).containsExactly("a", "b", "c", "top");
    }

    @Test
    void namesTheTwoSectionsThatOverlap() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlatView.of("v", List.of(section(8, 20, "rom"), section(0, 9, "ram"))))
                .withMessage("'ram' at 0x0-0x9 (ram) overlaps 'rom' at 0x8-0x14 (ram)");
    }

    @Test
    void findsTheSectionAtAnAddressAndNothingInAGap() {
        FlatView view = FlatView.of("v", List.of(section(0, 9, "a"), section(20, 29, "b"), section(-10L, -1L, "top")));

        assertThat(view.at(0)).get().extracting(Section::name).isEqualTo("a");
        assertThat(view.at(29)).get().extracting(Section::name).isEqualTo("b");
        assertThat(view.at(-1L)).get().extracting(Section::name).isEqualTo("top");
        assertThat(view.at(10)).isEmpty();
        assertThat(view.at(Long.MIN_VALUE)).isEmpty();
        assertThat(FlatView.EMPTY.at(0)).isEmpty();
    }

    @Test
    void aSectionTellsWhatBytesShowAtAnAddress() {
        Section section = Section.ram(new AddressRange(0x1000, 0x1fff), new Backing.UserMemory(0x7000), "ram");

        assertThat(section.backingAt(0x1800)).isEqualTo(new Backing.UserMemory(0x7800));
    }
}
