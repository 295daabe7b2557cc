package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.space.Space;
import org.pinion.core.table.Mappings;

/** What must hold of a space after something failed. */
final class SpaceChecks {

    private SpaceChecks() {}

    /** Any commit does, of the whole view or of a change that changes nothing. */
    static void heal(Space space, boolean whole) throws IommuException {
        if (whole) {
            space.commit(space.snapshot().plan().view());
        } else {
            space.commit(FlatViewChange.NONE);
        }
    }

    static void assertSame(SpaceSnapshot now, SpaceSnapshot old, String when) {
        assertThat(now.table()).as(when).isEqualTo(old.table());
        assertThat(now.plan()).as(when).isEqualTo(old.plan());
        assertThat(addresses(now)).as(when).isEqualTo(addresses(old));
    }

    static List<String> addresses(SpaceSnapshot snapshot) {
        return snapshot.devices().stream().map(HostDevice::address).toList();
    }

    /** What the plan wants is what is there and what is said to be missing, and no address is both. */
    static void assertMissingIsExact(SpaceSnapshot now, String when) {
        RangeSet missing = ranges(now.missing());
        RangeSet there = ranges(now.table());
        assertThat(missing.intersect(there)).as(when).isEqualTo(RangeSet.EMPTY);
        RangeSet wanted = ranges(Mappings.wantedBy(now.plan()));
        assertThat(missing.minus(wanted)).as("%s: missing and not wanted", when).isEqualTo(RangeSet.EMPTY);
        assertThat(wanted.minus(there)).as("%s: missing", when).isEqualTo(missing);
    }

    static RangeSet ranges(List<Mapping> mappings) {
        return RangeSet.of(mappings.stream().map(Mapping::range).toList());
    }

    static void close(Space space, String when) {
        try {
            space.close();
        } catch (IommuException complaint) {
            throw new AssertionError(when + ": " + complaint.getMessage(), complaint);
        }
    }
}
