package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.AddressRange;
import org.pinion.linux.procfs.MemoryArea;

/** Guard pages, and pages past the end of a file. */
class GapsTest {

    private static final String MAP_FILE = "/proc/self/map_files/7f0000000000-7f0000010000";
    private static final AddressRange WHOLE = new AddressRange(0x7f0000000000L, 0x7f000000ffffL);

    private static MemoryArea file(String path, int offset) {
        return Smaps.area("7f0000000000-7f0000010000 rw-s %08x 00:01 17 %s".formatted(offset, path), 4, "rd wr sh");
    }

    private static List<String> fileEnd(FakeFile file, MemoryArea area, AddressRange part) {
        List<Gaps.Gap> gaps = new FileEnd(file.kernel(), FileSystems.of(List.of())).of(area, part);
        assertThat(file.isOpen()).isFalse();
        return gaps.stream().map(gap -> gap.range().toString()).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "0x10000, 0, ''",
        "0xf001,  0, ''",
        "0xf000,  0, 0x7f000000f000-0x7f000000ffff",
        "0x8001,  0, 0x7f0000009000-0x7f000000ffff",
        "0x1,     0, 0x7f0000001000-0x7f000000ffff",
        "0x0,     0, 0x7f0000000000-0x7f000000ffff",
        "0x18000, 0x10000, 0x7f0000008000-0x7f000000ffff"
    })
    void pagesThatBeginBehindTheFilesEndAreAGap(String size, String offset, String gap) {
        FakeFile file = FakeFile.ofSize(MAP_FILE, Long.decode(size));

        assertThat(fileEnd(file, file("/memfd:ram (deleted)", Integer.decode(offset)), WHOLE))
                .containsExactly(gap.isEmpty() ? new String[0] : new String[] {gap});
    }

    @Test
    void aPartOfTheAreaHasItsOwnPartOfTheGap() {
        FakeFile file = FakeFile.ofSize(MAP_FILE, 0x8000);
        MemoryArea area = file("/dev/shm/ram", 0);

        assertThat(fileEnd(file, area, new AddressRange(0x7f0000007800L, 0x7f0000008fffL)))
                .containsExactly("0x7f0000008000-0x7f0000008fff");
        assertThat(fileEnd(file, area, new AddressRange(0x7f0000008800L, 0x7f00000097ffL)))
                .containsExactly("0x7f0000008800-0x7f00000097ff");
        assertThat(fileEnd(file, area, new AddressRange(0x7f0000000000L, 0x7f0000007fffL))).isEmpty();
    }

    @Test
    void aFileThatIsLongEnoughIsReadOnce() {
        FakeFile file = FakeFile.ofSize(MAP_FILE, 0x10000);

        fileEnd(file, file("/memfd:ram (deleted)", 0), WHOLE);

        assertThat(file.reads()).isEqualTo(1);
    }

    @Test
    void aFileThatCannotBeOpenedIsNotBlamed() {
        assertThat(fileEnd(FakeFile.ofSize("/other", 0), file("/memfd:ram (deleted)", 0), WHOLE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/vfio/devices/vfio0", "/secretmem (deleted)", "anon_inode:[perf_event]", "[heap]"})
    void whatIsNoOrdinaryFileIsNotOpened(String path) {
        FakeFile file = FakeFile.ofSize(MAP_FILE, 0);

        assertThat(fileEnd(file, file(path, 0), WHOLE)).isEmpty();
        assertThat(file.reads()).isZero();
    }

    @Test
    void guardPagesAreFoundAndNeighboursJoined() {
        FakeFile pagemap = FakeFile.pagemap(
                page -> page == 0x7f0000003L || page == 0x7f0000004L || page == 0x7f000000fL);
        MemoryArea area = Smaps.area("7f0000000000-7f0000010000 rw-p 00000000 00:00 0", 4, "rd wr gu");

        assertThat(new GuardPages(pagemap.kernel()).of(area, WHOLE)).extracting(Gaps.Gap::range).containsExactly(
                new AddressRange(0x7f0000003000L, 0x7f0000004fffL), new AddressRange(0x7f000000f000L, 0x7f000000ffffL));
        assertThat(new GuardPages(pagemap.kernel()).of(area, new AddressRange(0x7f0000000000L, 0x7f0000003800L)))
                .extracting(Gaps.Gap::range)
                .containsExactly(new AddressRange(0x7f0000003000L, 0x7f0000003800L));
        assertThat(pagemap.isOpen()).isFalse();
    }

    @Test
    void guardPagesOfALargeAreaAreFoundInEveryChunk() {
        FakeFile pagemap = FakeFile.pagemap(page -> page == 0x100000L + 0xffff || page == 0x100000L + 0x10000);
        MemoryArea area = Smaps.area("100000000-140000000 rw-p 00000000 00:00 0", 4, "rd wr gu");

        assertThat(new GuardPages(pagemap.kernel()).of(area, new AddressRange(0x100000000L, 0x13fffffffL)))
                .extracting(Gaps.Gap::range)
                .containsExactly(new AddressRange(0x10ffff000L, 0x110000fffL));
        assertThat(pagemap.reads()).isEqualTo(4);
    }

    @Test
    void withoutTheFlagThereIsNothingToLookFor() {
        FakeFile pagemap = FakeFile.pagemap(_ -> true);
        MemoryArea area = Smaps.area("7f0000000000-7f0000010000 rw-p 00000000 00:00 0", 4, "rd wr");

        assertThat(new GuardPages(pagemap.kernel()).of(area, WHOLE)).isEmpty();
        assertThat(pagemap.reads()).isZero();
    }

    @Test
    void withTheFlagAndWithoutThePageMapNothingIsVouchedFor() {
        FakeFile none = FakeFile.ofSize("/other", 0);
        MemoryArea area = Smaps.area("7f0000000000-7f0000010000 rw-p 00000000 00:00 0", 4, "rd wr gu");

        assertThat(new GuardPages(none.kernel()).of(area, WHOLE)).extracting(Gaps.Gap::range).containsExactly(WHOLE);
    }
}
