package org.pinion.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;

/** Laws of the differ over random tables of up to 64 pages, checked page by page. */
class DifferLawsTest {

    private static final long PAGE = 4096;

    @Property(tries = 1000)
    void applyingTheChangeSetGivesTheDesiredTable(@ForAll long seed) {
        Random random = new Random(seed);
        List<Mapping> installed = table(random, 1);
        long alignment = PAGE << random.nextInt(3);
        List<Mapping> wanted = table(random, (int) (alignment / PAGE));

        List<Mapping> result = apply(installed, Differ.diff(installed, wanted, alignment));

        assertThat(Mappings.joined(result)).isEqualTo(Mappings.joined(wanted));
        assertThat(result).allSatisfy(entry -> {
            assertThat(entry.range().start() % alignment).isZero();
            assertThat((entry.range().last() + 1) % alignment).isZero();
        });
    }

    @Property(tries = 1000)
    void nothingEqualIsEverUnmapped(@ForAll long seed) {
        Random random = new Random(seed);
        List<Mapping> installed = table(random, 1);
        List<Mapping> wanted = table(random, 1);

        ChangeSet changes = Differ.diff(installed, wanted, PAGE);

        Map<Long, Mapping> before = pages(installed);
        Map<Long, Mapping> after = pages(wanted);
        Map<Long, Mapping> gone = pages(gone(changes));
        long kept = before.entrySet().stream()
                .filter(page -> page.getValue().equals(after.get(page.getKey())))
                .peek(page -> assertThat(gone).doesNotContainKey(page.getKey()))
                .count();
        assertThat(changes.keptBytes()).isEqualTo(kept * PAGE);
    }

    @Property(tries = 300)
    void aTableEqualToTheDesiredOneNeedsNoChange(@ForAll long seed) {
        List<Mapping> installed = table(new Random(seed), 1);

        assertThat(Differ.diff(installed, Mappings.joined(installed), PAGE).isEmpty()).isTrue();
    }

    @Property(tries = 1000)
    void whatIsComparedWhereTablesDifferIsWhatIsComparedEverywhere(@ForAll long seed) {
        Random random = new Random(seed);
        InstalledTable held = new InstalledTable();
        List<Mapping> entries = table(random, 1);
        entries.forEach(held::add);
        RangeList<Mapping> wanted = RangeList.copyOf(Mappings.joined(entries));
        List<AddressRange> where = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            AddressRange range = AddressRange.ofSize(random.nextInt(60) * PAGE, (1 + random.nextInt(8)) * PAGE);
            where.add(range);
            wanted = RangeList.overlay(wanted, range, random.nextBoolean() ? List.of() : List.of(new Mapping(
                    range, Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(3, range.start(), 0))));
        }

        ChangeSet local = Differ.diff(held, List.of(), wanted, RangeSet.of(where), PAGE);

        assertThat(local).isEqualTo(Differ.diff(entries, wanted, PAGE));
    }

    @Property(tries = 500)
    void whatATableSumsUpIsWhatItHolds(@ForAll long seed) {
        Random random = new Random(seed);
        InstalledTable held = new InstalledTable();
        for (int step = 0; step < 40; step++) {
            AddressRange range = AddressRange.ofSize(random.nextInt(60) * PAGE, (1 + random.nextInt(8)) * PAGE);
            List<Mapping> there = held.in(range);
            there.forEach(random.nextInt(4) == 0 ? held::doubt : held::remove);
            if (there.isEmpty()) {
                Route route = random.nextBoolean() ? Route.FILE : Route.DMA_BUF;
                held.add(new Mapping(range, Access.READ, route, new Backing.MemoryFile(3, range.start(), 0)));
            } else if (random.nextBoolean() && there.getFirst().range().size() > PAGE) {
                held.add(there.getFirst());
                AddressRange part = AddressRange.ofSize(there.getFirst().range().start(), PAGE);
                held.replace(there.getFirst(), List.of(part));
            }
            if (random.nextInt(3) == 0) {
                held.settle();
                List<Mapping> all = held.in(AddressRange.ALL);
                assertThat(held.joined()).isEqualTo(Mappings.joined(all));
                assertThat(held.bytes()).isEqualTo(all.stream().mapToLong(it -> it.range().size()).sum());
                assertThat(held.pinnableBytes()).isEqualTo(all.stream().mapToLong(Held::pinnableBytes).sum());
            }
        }
    }

    private static List<Mapping> gone(ChangeSet changes) {
        List<Mapping> gone = new ArrayList<>(changes.unmaps());
        for (ChangeSet.Cut cut : changes.cuts()) {
            pages(List.of(cut.entry())).values().stream()
                    .filter(page -> cut.keep().stream().noneMatch(keep -> keep.contains(page.range())))
                    .forEach(gone::add);
        }
        return gone;
    }

    /** What the kernel would hold; fails where it would refuse. */
    private static List<Mapping> apply(List<Mapping> installed, ChangeSet changes) {
        List<Mapping> table = new ArrayList<>(installed);
        for (Mapping entry : changes.unmaps()) {
            assertThat(table.remove(entry)).isTrue();
        }
        for (ChangeSet.Cut cut : changes.cuts()) {
            assertThat(table.remove(cut.entry())).isTrue();
            cut.keep().forEach(part -> table.add(cut.entry().slice(part)));
        }
        for (Mapping mapping : changes.maps()) {
            assertThat(table).noneMatch(entry -> entry.range().overlaps(mapping.range()));
            table.add(mapping);
        }
        table.sort(Comparator.comparing(Mapping::range));
        return table;
    }

    private static Map<Long, Mapping> pages(List<Mapping> table) {
        Map<Long, Mapping> pages = new TreeMap<>();
        for (Mapping mapping : table) {
            for (long at = mapping.range().start(); at < mapping.range().last(); at += PAGE) {
                pages.put(at, mapping.slice(AddressRange.ofSize(at, PAGE)));
            }
        }
        return pages;
    }

    /** Entries of a few pages each, most of them showing the same file at the same place. */
    private static List<Mapping> table(Random random, int step) {
        List<Mapping> table = new ArrayList<>();
        long page = 0;
        while (page < 64) {
            page += (long) step * random.nextInt(3);
            int pages = step * (1 + random.nextInt(8));
            AddressRange range = AddressRange.ofSize(page * PAGE, pages * PAGE);
            int file = random.nextInt(5) == 0 ? 4 : 3;
            Access access = random.nextInt(5) == 0 ? Access.READ : Access.READ_WRITE;
            table.add(new Mapping(range, access, Route.FILE, new Backing.MemoryFile(file, range.start(), 0)));
            page += pages;
        }
        return table;
    }
}
