package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;

/** Only pages that are known to be no guards, the last of them there, count as whole. */
class PagemapTest {

    private static boolean isWhole(FakeFile file, long firstPage, long pages) {
        try (Pagemap pagemap = new Pagemap(file.kernel())) {
            return pagemap.isWhole(AddressRange.ofSize(firstPage * 4096, pages * 4096));
        }
    }

    @Test
    void pagesWithoutAGuardAreWhole() {
        assertThat(isWhole(FakeFile.pagemap(page -> false), 16, 64)).isTrue();
    }

    @Test
    void aGuardAnywhereMakesThemNotWhole() {
        for (long guard = 16; guard < 80; guard++) {
            long only = guard;
            assertThat(isWhole(FakeFile.pagemap(page -> page == only), 16, 64)).as("guard at " + guard).isFalse();
        }
        assertThat(isWhole(FakeFile.pagemap(page -> page == 15 || page == 80), 16, 64)).isTrue();
    }

    @Test
    void manyPagesAreNotKnownToBeWholeWhereTheKernelDoesNotLookForGuards() {
        assertThat(isWhole(FakeFile.pagemap(page -> false), 16, 65)).isFalse();
    }

    @Test
    void ofManyPagesTheLastIsEnoughWhereThereAreNoGuards() {
        assertThat(isWhole(FakeFile.pagemap(page -> false).withoutGuards(), 16, 65)).isTrue();
        assertThat(isWhole(FakeFile.pagemap(page -> page == 80).withoutGuards(), 16, 65)).isFalse();
    }

    @Test
    void askingForGuardsLeavesNoMemory() {
        FakeFile file = FakeFile.pagemap(page -> false);
        isWhole(file, 0, 1);

        assertThat(file.mapped()).isZero();
    }

    @Test
    void nothingIsKnownWhereTheFileDoesNotOpen() {
        assertThat(isWhole(FakeFile.ofSize("/elsewhere", 0), 16, 1)).isFalse();
    }

    @Test
    void closingItClosesTheFile() {
        FakeFile file = FakeFile.pagemap(page -> false);
        isWhole(file, 0, 1);

        assertThat(file.isOpen()).isFalse();
    }
}
