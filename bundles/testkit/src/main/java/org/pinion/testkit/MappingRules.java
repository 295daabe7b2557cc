package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import org.opentest4j.TestAbortedException;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.DirtyTracking;

/** The rules of what is mapped, removed and shrunk. */
abstract class MappingRules extends DeviceRules {

    @Rule(of = BackendSession.class, in = "map", says = "Maps, at exactly the given addresses.")
    final void whatIsMappedIsThereAndNothingBesideIt() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        AddressRange middle = pages(session, room, 1, 2);
        session.map(memory(middle));
        assertTaken(session, middle);
        assertFree(session, pages(session, room, 0, 1));
        assertFree(session, pages(session, room, 3, 1));
    }

    @Rule(of = BackendSession.class, in = "map", says = "Maps, at exactly the given addresses.")
    final void theEndsOfWhatIsUsableCanBeMapped() throws IommuException {
        BackendSession session = openWithDevice();
        for (AddressRange range : session.usable()) {
            range.trimTo(page(session)).ifPresent(trimmed -> atBothEnds(session, trimmed));
        }
    }

    private void atBothEnds(BackendSession session, AddressRange usable) {
        long page = page(session);
        for (long start : new long[] {usable.start(), usable.last() - page + 1}) {
            try {
                assertFree(session, AddressRange.ofSize(start, page));
            } catch (IommuException failure) {
                throw new AssertionError(failure);
            }
        }
    }

    @Rule(
            of = BackendSession.class,
            in = "map",
            says = "if the kernel refuses, with its errno, the range and the cause in words")
    final void anOverlapIsRefused() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 6);
        Mapping there = memory(pages(session, room, 1, 3));
        session.map(there);
        for (AddressRange over : List.of(
                pages(session, room, 1, 3),
                pages(session, room, 2, 1),
                pages(session, room, 0, 2),
                pages(session, room, 3, 2),
                pages(session, room, 0, 6))) {
            assertThat(refused(session, () -> session.map(memory(over))).range()).contains(over);
        }
        session.unmap(there);
    }

    @Rule(of = BackendSession.class, says = "A method that throws has changed nothing, unless it says otherwise.")
    final void aRefusedMappingLeavesItsAddressesFree() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        session.map(memory(pages(session, room, 2, 1)));
        refused(session, () -> session.map(memory(room)));
        assertFree(session, pages(session, room, 0, 2));
        assertFree(session, pages(session, room, 3, 1));
        assertTaken(session, pages(session, room, 2, 1));
    }

    @Rule(of = BackendSession.class, in = "usable", says = "What the kernel lets be mapped now")
    final void theLastPageOfAllAddressesIsMappedOrRefusedAsUsableSays() throws IommuException {
        BackendSession without = open();
        atTheEnd(without);
        attach(without);
        atTheEnd(without);
    }

    private void atTheEnd(BackendSession session) throws IommuException {
        AddressRange last = new AddressRange(-page(session), -1L);
        if (session.usable().contains(last)) {
            assertFree(session, last);
        } else {
            refused(session, () -> session.map(memory(last)));
        }
    }

    @Rule(
            of = BackendSession.class,
            in = "map",
            says = "if the kernel refuses, with its errno, the range and the cause in words")
    final void whatReachesTheEndOfAllAddressesIsRefusedWhereItIsNotUsable() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange most = new AddressRange(page(session), -1L);
        assumeTrue(!session.usable().contains(most), "every address is usable");
        Mapping page = memory(AddressRange.ofSize(0, page(session)));
        Mapping whole = new Mapping(most, page.access(), page.route(), page.backing());
        assertThat(refused(session, () -> session.map(whole)).range()).contains(most);
    }

    @Rule(of = BackendSession.class, in = "ledger", says = "what the address space holds and what it cost")
    final void theLedgerCountsMappingsAndTheirBytes() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        Mapping one = memory(pages(session, room, 0, 1));
        Mapping two = memory(pages(session, room, 1, 3));
        session.map(one);
        session.map(two);
        holds(session, 2, 4);
        session.unmap(two);
        holds(session, 1, 1);
        session.unmap(one);
        holds(session, 0, 0);
    }

    private static void holds(BackendSession session, long mappings, int pages) {
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes)
                .containsExactly(mappings, pages * page(session));
    }

    @Rule(of = BackendSession.class, in = "unmap", says = "Removes a mapping … all of it")
    final void whatWasUnmappedCanBeMappedAgainPageByPage() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        Mapping mapping = memory(room);
        session.map(mapping);
        session.unmap(mapping);
        for (int at = 0; at < 4; at++) {
            assertFree(session, pages(session, room, at, 1));
        }
        session.map(mapping);
        session.unmap(mapping);
    }

    @Rule(of = BackendSession.class, in = "unmap", says = "with the errno ENOENT only if nothing of it is there")
    final void whatIsNotMappedIsToldAsNotThere() throws IommuException {
        BackendSession session = openWithDevice();
        Mapping mapping = memory(room(session, 2));
        assertThat(refused(session, () -> session.unmap(mapping)).errno()).contains("ENOENT");
        session.map(mapping);
        session.unmap(mapping);
        assertThat(refused(session, () -> session.unmap(mapping)).errno()).contains("ENOENT");
    }

    @Rule(of = BackendSession.class, in = "unmap", says = "or removed less than the whole mapping: then it throws")
    final void lessThanTheWholeIsNoSuccess() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        Mapping whole = memory(room);
        session.map(whole.slice(pages(session, room, 0, 2)));
        IommuException told = refused(() -> session.unmap(whole));
        assertThat(told.errno()).as("something of it was there").isNotEqualTo(Optional.of("ENOENT"));
    }

    @Rule(of = BackendSession.class, in = "unmap", says = "equal to the one that was made")
    final void aPartOfAMappingIsNotUnmapped() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        Mapping whole = memory(room);
        session.map(whole);
        refused(session, () -> session.unmap(whole.slice(pages(session, room, 1, 1))));
        assertTaken(session, room);
        session.unmap(whole);
    }

    @Rule(of = BackendSession.class, in = "unmap", says = "Removes a mapping … all of it")
    final void theNeighboursOfWhatIsUnmappedStay() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 3);
        Mapping middle = memory(pages(session, room, 1, 1));
        session.map(memory(pages(session, room, 0, 1)));
        session.map(middle);
        session.map(memory(pages(session, room, 2, 1)));
        session.unmap(middle);
        assertTaken(session, pages(session, room, 0, 1));
        assertTaken(session, pages(session, room, 2, 1));
        assertFree(session, pages(session, room, 1, 1));
    }

    @Rule(of = BackendSession.class, in = "cut", says = "each becomes a mapping of its own")
    final void thePartsThatStayAreMappingsOfTheirOwn() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        Mapping whole = memory(room);
        AddressRange low = pages(session, room, 0, 1);
        AddressRange high = pages(session, room, 3, 1);
        session.map(whole);
        session.cut(whole, List.of(low, high));
        holds(session, 2, 2);
        assertTaken(session, low);
        assertTaken(session, high);
        assertFree(session, pages(session, room, 1, 2));
        session.unmap(whole.slice(low));
        session.unmap(whole.slice(high));
        holds(session, 0, 0);
    }

    @Rule(of = BackendSession.class, in = "cut", says = "Shrinks a mapping to some parts of it.")
    final void keepingNothingRemovesTheMapping() throws IommuException {
        BackendSession session = openWithDevice();
        Mapping whole = memory(room(session, 2));
        session.map(whole);
        session.cut(whole, List.of());
        holds(session, 0, 0);
        assertFree(session, whole.range());
    }

    @Rule(of = BackendSession.class, in = "cut", says = "and the mapping as untouched otherwise")
    final void whatIsNotThereIsNotCut() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 2);
        Mapping whole = memory(room);
        IommuException told =
                refused(session, () -> session.cut(whole, List.of(pages(session, room, 0, 1))));
        assertThat(told).isNotInstanceOf(CutException.class);
        assertFree(session, room);
    }

    @Rule(
            of = BackendSession.class,
            in = "keepsCutPages",
            says = "Whether the parts that stay of a mapping remain pinned through")
    final void whatStaysPinnedThroughACutIsNotPinnedAnew() throws IommuException {
        BackendSession session = openWithDevice();
        assumeTrue(session.keepsCutPages(), "the parts that stay are pinned anew");
        AddressRange room = room(session, 4);
        Mapping whole = memory(room);
        session.map(whole);
        long pinned = session.ledger().newlyPinnedBytes();
        session.cut(whole, List.of(pages(session, room, 0, 1), pages(session, room, 2, 2)));
        assertThat(session.ledger().newlyPinnedBytes()).isEqualTo(pinned);
    }

    @Rule(of = BackendSession.class, in = "stopDirtyTracking", says = "Without tracking it does nothing.")
    final void trackingEndsAsOftenAsOneLikes() throws IommuException {
        BackendSession session = openWithDevice();
        session.stopDirtyTracking();
        session.stopDirtyTracking();
    }

    @Rule(of = BackendSession.class, in = "takeDirty", says = "the pages, all of them in the range")
    final void writtenPagesLieInTheRangeAskedFor() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange room = room(session, 4);
        session.map(memory(room));
        DirtyTracking tracking = started(session);
        assertThat(Long.bitCount(tracking.pageSize())).as("page size").isEqualTo(1);
        assumeTrue(tracking.pageSize() <= page(session), "a bit stands for more than a page");
        AddressRange part = pages(session, room, 1, 2);
        assertThat(session.takeDirty(part)).allMatch(part::contains);
        session.stopDirtyTracking();
    }

    static DirtyTracking started(BackendSession session) {
        try {
            return session.startDirtyTracking();
        } catch (IommuException refused) {
            throw new TestAbortedException("not told: " + refused.getMessage(), refused);
        }
    }
}
