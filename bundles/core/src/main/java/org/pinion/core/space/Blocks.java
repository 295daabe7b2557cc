package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.SectionFacts;

/**
 * Cuts what is to be mapped at the blocks in which a memory device's manager takes memory away, as QEMU does: where a
 * backend cannot shrink an entry without taking all of it away for a moment, unplugging a block then touches no other.
 */
final class Blocks {

    /** No backend takes as many; so that sections with absurd blocks cost nothing. */
    private static final int MOST = 1 << 20;

    private Blocks() {}

    /**
     * @param maps what is to be mapped
     * @param plan the plan that wants it
     * @param entries tells how many mappings may still be made; asked only if there are blocks
     * @return the same in blocks; as it is if that would be too many entries
     */
    static List<Mapping> cut(List<Mapping> maps, Plan plan, Supplier<OptionalLong> entries) {
        List<Mapping> blocks = new ArrayList<>(maps.size());
        for (Mapping mapping : maps) {
            cut(mapping, plan, blocks);
        }
        boolean fit = blocks.size() <= MOST
                && (blocks.size() == maps.size() || blocks.size() <= entries.get().orElse(MOST));
        return fit ? blocks : maps;
    }

    private static void cut(Mapping mapping, Plan plan, List<Mapping> into) {
        long from = mapping.range().start();
        for (long boundary : boundaries(mapping.range(), plan)) {
            into.add(mapping.slice(new AddressRange(from, boundary - 1)));
            from = boundary;
        }
        into.add(from == mapping.range().start()
                ? mapping
                : mapping.slice(new AddressRange(from, mapping.range().last())));
    }

    /** {@return where in a range a block begins, or something without blocks; not all if there are too many} */
    private static NavigableSet<Long> boundaries(AddressRange range, Plan plan) {
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
