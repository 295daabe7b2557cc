package org.pinion.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;

class InstalledTableTest {

    private static final Mapping WHOLE = new Mapping(
            new AddressRange(0x1000, 0x4fff), Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(3, 0, 0));
    private static final Mapping HEAD = WHOLE.slice(new AddressRange(0x1000, 0x1fff));
    private static final Mapping MIDDLE = WHOLE.slice(new AddressRange(0x3000, 0x3fff));

    private final InstalledTable table = new InstalledTable();

    @Test
    void nothingIsInDoubtWhereAnEntryWasInstalledSince() {
        table.add(WHOLE);
        table.doubt(WHOLE);
        table.doubt(HEAD);
        table.doubt(MIDDLE);

        table.add(WHOLE);

        assertThat(table.doubtful()).isEmpty();
        assertThat(table.in(WHOLE.range())).containsExactly(WHOLE);
        assertThat(table.bytes()).isEqualTo(0x4000);
    }

    @Test
    void whatIsElsewhereStaysInDoubt() {
        table.doubt(HEAD);
        table.add(MIDDLE);

        assertThat(table.doubtful()).containsExactly(HEAD);
    }

    @Test
    void anEntryInDoubtIsNotInTheJoinedForm() {
        table.replace(WHOLE, List.of(HEAD.range(), MIDDLE.range()));
        table.settle();

        table.doubt(HEAD);
        assertThat(table.settle()).isEqualTo(RangeSet.of(HEAD.range()));

        assertThat(table.joined()).containsExactly(MIDDLE);
        assertThat(table.bytes()).isEqualTo(0x1000);
    }

    @Test
    void neighboursThatContinueEachOtherAreJoined() {
        table.add(HEAD);
        table.add(WHOLE.slice(new AddressRange(0x2000, 0x4fff)));
        table.settle();

        assertThat(table.joined()).containsExactly(WHOLE);
    }
}
