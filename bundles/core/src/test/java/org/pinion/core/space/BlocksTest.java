package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;

/** Memory whose manager takes it away block by block. */
class BlocksTest {

    private final SpaceFixture fixture = new SpaceFixture(device("d0", 4096, pages(5, 1)));

    /** Pages far up, where no cut is likely but one. */
    private static AddressRange pages(long first, long count) {
        return SpaceFixture.pages((8L << 30) / 4096 + first, count);
    }

    private static Section inBlocks(AddressRange range, String bytes) {
        return ram(range).withFacts(Map.of(SectionFacts.BLOCK_SIZE, bytes));
    }

    private List<AddressRange> entries() {
        return fixture.kernel.entries().stream().map(Mapping::range).toList();
    }

    @Test
    void aBackendThatCutsByUnmappingGetsAnEntryABlock() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        fixture.space.commit(view(ram(pages(0, 4)), inBlocks(pages(4, 4), "8192"), ram(pages(8, 2))));

        assertThat(entries()).containsExactly(pages(0, 4), pages(4, 2), pages(6, 2), pages(8, 2));
        assertThat(fixture.space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(0, 10));
        CommitReport report = fixture.space.commit(FlatViewChange.NONE
                .hide(pages(4, 4))
                .show(inBlocks(pages(6, 2), "8192")));
        assertThat(report.unmapped()).extracting(Mapping::range).containsExactly(pages(4, 2));
        assertThat(report.mapped()).isEmpty();
    }

    @Test
    void theLastBlockOfAllAddressesIsOneToo() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        AddressRange last = new AddressRange(-0x4000L, -1L);
        fixture.space.commit(view(inBlocks(last, "8192")));

        assertThat(entries()).containsExactly(new AddressRange(-0x4000L, -0x2001L), new AddressRange(-0x2000L, -1L));
    }

    @Test
    void aBackendThatCutsInPlaceGetsAsFewEntriesAsCanBe() throws IommuException {
        fixture.space.commit(view(inBlocks(pages(4, 4), "4096")));

        assertThat(entries()).containsExactly(pages(4, 4));
    }

    @Test
    void moreBlocksThanTheKernelTakesAreOneEntry() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        fixture.kernel.entriesLeft(OptionalLong.of(3));
        fixture.space.commit(view(inBlocks(pages(4, 4), "4096")));

        assertThat(entries()).containsExactly(pages(4, 4));
    }

    @Test
    void whatIsNoSizeOfABlockIsNotGoneBy() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        fixture.space.commit(view(inBlocks(pages(4, 4), "two pages"), inBlocks(pages(8, 3), "12288")));

        assertThat(entries()).containsExactly(pages(4, 7));
    }

    @Test
    void lowMemoryIsCutWhereFirmwareCutsIt() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        AddressRange low = new AddressRange(0xf_e000, 0x4f_ffff);
        fixture.space.commit(view(ram(low)));

        assertThat(entries()).containsExactly(
                new AddressRange(0xf_e000, 0xf_efff),
                new AddressRange(0xf_f000, 0xf_ffff),
                new AddressRange(0x10_0000, 0x1f_ffff),
                new AddressRange(0x20_0000, 0x3f_ffff),
                new AddressRange(0x40_0000, 0x4f_ffff));
        assertThat(fixture.space.snapshot().table()).extracting(Mapping::range).containsExactly(low);
    }

    @Test
    void likelyCutsLeaveHalfOfTheEntriesToOthers() throws IommuException {
        fixture.kernel.pinsCutPagesAnew();
        fixture.kernel.entriesLeft(OptionalLong.of(9));
        AddressRange low = new AddressRange(0xf_e000, 0x4f_ffff);
        fixture.space.commit(view(ram(low)));

        assertThat(entries()).containsExactly(low);
    }

    @Property
    void noGuestHasMorePiecesThanAContainerTakes(@ForAll long one, @ForAll long other) {
        AddressRange range = Long.compareUnsigned(one, other) < 0
                ? new AddressRange(one, other)
                : new AddressRange(other, one);
        NavigableSet<Long> boundaries = new TreeSet<>(Long::compareUnsigned);
        LikelyCuts.in(range, 4096, boundaries);

        assertThat(boundaries).hasSizeLessThan(28_000).allMatch(at -> at != range.start() && range.contains(at));
        assertThat(boundaries).allMatch(at -> (at & 4095) == 0);
    }
}
