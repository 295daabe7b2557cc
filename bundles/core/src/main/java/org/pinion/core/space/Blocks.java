package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.SectionFacts;

/**
 * Cuts what is to be mapped for a backend that cannot shrink an entry without taking all of it away for a moment: where
 * cuts are likely, and at the blocks in which a memory device's manager takes memory away, as QEMU does. What then goes
 * is whole entries, and what stays is not touched.
 */
final class Blocks {

    /** No backend takes as many; so that sections with absurd blocks cost nothing. */
    private static final int MOST = 1 << 20;

    private Blocks() {}

    /**
     * @param maps what is to be mapped
     * @param plan the plan that wants it
     * @param entries tells how many mappings may still be made; asked only if it matters
     * @return the same in pieces; where cuts are likely, only if that leaves half of the entries to others; as it is if
     *     the blocks alone would be too many
     */
    static List<Mapping> cut(List<Mapping> maps, Plan plan, Supplier<OptionalLong> entries) {
        List<Mapping> pieces = cut(maps, mapping -> pieces(mapping, plan));
        if (pieces.size() == maps.size()) {
            return maps;
        }
        long room = entries.get().orElse(MOST);
        if (pieces.size() <= room / 2) {
            return pieces;
        }
        List<Mapping> blocks = cut(maps, mapping -> blocks(mapping.range(), plan));
        return blocks.size() <= room ? blocks : maps;
    }

    private static List<Mapping> cut(List<Mapping> maps, Function<Mapping, NavigableSet<Long>> boundaries) {
        List<Mapping> parts = new ArrayList<>(maps.size());
        for (Mapping mapping : maps) {
            cut(mapping, boundaries.apply(mapping), parts);
        }
        return parts;
    }

    private static void cut(Mapping mapping, NavigableSet<Long> boundaries, List<Mapping> into) {
        long from = mapping.range().start();
        for (long boundary : boundaries) {
            into.add(mapping.slice(new AddressRange(from, boundary - 1)));
            from = boundary;
        }
        into.add(from == mapping.range().start()
                ? mapping
                : mapping.slice(new AddressRange(from, mapping.range().last())));
    }

    /** {@return where in a mapping a piece begins; a device's memory comes and goes as a whole} */
    private static NavigableSet<Long> pieces(Mapping mapping, Plan plan) {
        NavigableSet<Long> boundaries = blocks(mapping.range(), plan);
        if (!(mapping.backing() instanceof Backing.DeviceBar)) {
            LikelyCuts.in(mapping.range(), plan.limits().alignment(), boundaries);
        }
        return boundaries;
    }

    /** {@return where in a range a block begins, or something without blocks; not all if there are too many} */
    private static NavigableSet<Long> blocks(AddressRange range, Plan plan) {
        NavigableSet<Long> boundaries = new TreeSet<>(Long::compareUnsigned);
        for (Decision decision : plan.decisions().in(range)) {
            long block = block(decision);
            if (block != 0) {
                AddressRange part = decision.range().intersect(range).orElseThrow();
                boundaries.add(part.start());
                boundaries.add(part.last() + 1);
                for (long at = (part.start() | (block - 1)) + 1;
                        at != 0 && part.contains(at) && boundaries.size() - 2 <= MOST;
                        at += block) {
                    boundaries.add(at);
                }
            }
        }
        boundaries.removeIf(at -> at == range.start() || !range.contains(at));
        return boundaries;
    }

    /** {@return the size of a block; 0 if the section has none, or says it in a way that is none} */
    private static long block(Decision decision) {
        String size = decision.section().facts().getOrDefault(SectionFacts.BLOCK_SIZE, "0");
        try {
            long block = Long.parseUnsignedLong(size);
            return Long.bitCount(block) == 1 ? block : 0;
        } catch (NumberFormatException notSaid) {
            return 0;
        }
    }
}
