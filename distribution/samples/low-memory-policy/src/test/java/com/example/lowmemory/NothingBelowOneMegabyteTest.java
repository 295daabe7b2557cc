package com.example.lowmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Candidate.Planning;

class NothingBelowOneMegabyteTest {

    private static final Planning IOMMUFD =
            new Planning("iommufd", Set.of(Route.USER, Route.FILE), "", 0x1000, List.of());

    private static Access access(long start, long last) {
        AddressRange range = new AddressRange(start, last);
        Section ram = Section.ram(range, new Backing.Remote("pc.ram", start), "pc.ram");
        return new NothingBelowOneMegabyte().decide(new Candidate(range, ram, List.of(), IOMMUFD)).access();
    }

    @Test
    void lowMemoryIsForReading() {
        assertEquals(Access.READ, access(0, 0x9ffff));
        assertEquals(Access.READ, access(0xff000, 0x1fffff));
    }

    @Test
    void allElseMayBeWritten() {
        assertEquals(Access.READ_WRITE, access(0x100000, -1L));
    }
}
