package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Laws of lists of ranges, against sorted maps and against page-by-page pictures, also at the end of all addresses. */
class RangeListLawsTest {

    private static final long PAGE = 4096;
    private static final int PAGES = 64;

    @Property(tries = 200)
    void aListIsWhatASortedMapIs(@ForAll long seed) {
        Random random = new Random(seed);
        long base = random.nextBoolean() ? 0 : -PAGES * PAGE;
        TreeMap<Long, Mapping> model = new TreeMap<>(Long::compareUnsigned);
        RangeList<Mapping> list = RangeList.empty();
        for (int step = 0; step < 60; step++) {
            AddressRange range = range(random, base);
            List<Mapping> there = overlapping(model, range);
            assertThat(list.in(range)).isEqualTo(there);
            if (random.nextInt(3) == 0) {
                list = list.without(range);
                there.forEach(gone -> model.remove(gone.range().start()));
            } else if (there.isEmpty()) {
                Mapping mapping = mapping(range, random.nextInt());
                list = list.with(mapping);
                model.put(range.start(), mapping);
            }
            assertIs(list, new ArrayList<>(model.values()), base);
        }
    }

    private static void assertIs(RangeList<Mapping> list, List<Mapping> model, long base) {
        assertThat(list).isEqualTo(model).hasSameSizeAs(model);
        assertThat(model).isEqualTo(list);
        assertThat(list.hashCode()).isEqualTo(model.hashCode());
        assertThat(list.bytes()).isEqualTo(model.stream().mapToLong(it -> it.range().size()).sum());
        for (int i = 0; i < model.size(); i++) {
            assertThat(list.get(i)).isSameAs(model.get(i));
        }
        for (int page = 0; page < PAGES; page++) {
            long address = base + page * PAGE;
            assertThat(list.at(address))
                    .isEqualTo(model.stream().filter(it -> it.range().contains(address)).findFirst());
        }
    }

    @Property(tries = 300)
    void howAListCameAboutDoesNotShow(@ForAll long seed) {
        Random random = new Random(seed);
        List<Mapping> elements = new ArrayList<>();
        for (int page = 0; page < PAGES; page += 1 + random.nextInt(4)) {
            elements.add(mapping(AddressRange.ofSize(page * PAGE, PAGE), page));
        }
        RangeList<Mapping> atOnce = RangeList.copyOf(elements);
        Collections.shuffle(elements, random);
        RangeList<Mapping> oneByOne = RangeList.<Mapping>empty().with(mapping(range(random, 1L << 40), 0));
        for (Mapping element : elements) {
            oneByOne = oneByOne.with(element);
        }
        oneByOne = oneByOne.without(new AddressRange(1L << 40, -1L));

        assertThat(oneByOne).isEqualTo(atOnce);
        assertThat(atOnce).isEqualTo(RangeList.copyOf(elements));
        assertThat(oneByOne.without(elements.getFirst().range())).isNotEqualTo(atOnce);
    }

    @Property(tries = 200)
    void anOverlayIsWhatWasLaidLastAtEachAddressAndJoined(@ForAll long seed) {
        Random random = new Random(seed);
        long base = random.nextBoolean() ? 0 : -PAGES * PAGE;
        Map<Long, Mapping> pages = new TreeMap<>(Long::compareUnsigned);
        RangeList<Mapping> list = RangeList.empty();
        for (int step = 0; step < 40; step++) {
            AddressRange range = range(random, base);
            List<Mapping> laid = random.nextInt(3) == 0 ? List.of() : List.of(mapping(range, random.nextInt(2)));
            list = RangeList.overlay(list, range, laid);
            for (long done = 0; done != range.size(); done += PAGE) {
                AddressRange page = AddressRange.ofSize(range.start() + done, PAGE);
                pages.remove(page.start());
                laid.forEach(mapping -> pages.put(page.start(), mapping.slice(page)));
            }
            assertThat(list).isEqualTo(RangeList.joined(pages.values()));
        }
    }

    @Property(tries = 5)
    void manyElementsAreNotDeep(@ForAll long seed) {
        List<Mapping> many = new ArrayList<>();
        long stride = PAGE << new Random(seed).nextInt(30);
        for (int i = 0; i < 100_000; i++) {
            many.add(mapping(AddressRange.ofSize(i * stride, PAGE), i));
        }

        RangeList<Mapping> list = RangeList.copyOf(many);

        assertThat(list.get(77_777)).isEqualTo(many.get(77_777));
        assertThat(list.at(99_999 * stride)).contains(many.getLast());
        assertThat(list.without(many.get(5).range())).hasSize(99_999);
    }

    @Property(tries = 100)
    void whatOverlapsIsNotTaken(@ForAll long seed) {
        Random random = new Random(seed);
        Mapping there = mapping(range(random, 0), 1);
        Mapping overlapping = mapping(new AddressRange(there.range().last(), there.range().last() + PAGE), 2);

        assertThatThrownBy(() -> RangeList.<Mapping>empty().with(there).with(overlapping))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(there + " overlaps " + overlapping);
        assertThatThrownBy(() -> RangeList.copyOf(List.of(overlapping, there)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overlaps");
    }

    private static List<Mapping> overlapping(TreeMap<Long, Mapping> model, AddressRange range) {
        return model.values().stream().filter(it -> it.range().overlaps(range)).toList();
    }

    private static AddressRange range(Random random, long base) {
        int first = random.nextInt(PAGES);
        int count = 1 + random.nextInt(Math.min(8, PAGES - first));
        return AddressRange.ofSize(base + first * PAGE, count * PAGE);
    }

    /** Mappings of one file at their own address continue each other. */
    private static Mapping mapping(AddressRange range, int file) {
        return new Mapping(range, Access.READ, Route.FILE, new Backing.MemoryFile(file, range.start(), 0));
    }
}
