package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
}
