package org.pinion.core.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.core.table.ChangeSet.Cut;

/**
 * Compares tables by range, not by entry: an address whose byte, access and route stay the same stays mapped, whatever
 * happened to the sections around it. One sweep over both tables.
 *
 * <p>A part that stays must itself keep to the alignment, since the kernel checks each entry when a device is attached
 * ({@code iopt_check_iova_alignment}): what an entry has beyond the last whole unit is mapped anew.
 */
public final class Differ {

    private final List<Mapping> installed;
    private final List<Mapping> wanted;
    private final long alignment;
    private final List<Mapping> unmaps = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private final List<Mapping> maps = new ArrayList<>();
    private final List<AddressRange> kept = new ArrayList<>();
    private long keptBytes;

    private Differ(List<Mapping> installed, List<Mapping> wanted, long alignment) {
        this.installed = installed;
        this.wanted = wanted;
        this.alignment = alignment;
    }

    /**
     * Compares tables that differ at some addresses only: costs what lies there.
     *
     * @param held the installed entries
     * @param dead those of them that lead to nothing any more: they go whole, and what is wanted there is mapped anew
     * @param wanted what is to be installed
     * @param where the addresses at which the two may differ
     * @param alignment bytes, a power of two: what every entry must keep to
     * @return what turns the first into the second
     */
    public static ChangeSet diff(
            Held held, Collection<Mapping> dead, RangeList<Mapping> wanted, RangeSet where, long alignment) {
        List<AddressRange> around = new ArrayList<>(where.ranges());
        dead.forEach(entry -> around.add(entry.range()));
        RangeSet different = RangeSet.of(around);
        List<Mapping> entries = new ArrayList<>();
        for (AddressRange range : different) {
            held.in(range).forEach(entry -> addOnce(entries, entry));
        }
        entries.forEach(entry -> around.add(entry.range()));
        List<Mapping> goals = new ArrayList<>();
        for (AddressRange range : where.equals(RangeSet.ALL) ? where : RangeSet.of(around)) {
            wanted.in(range).forEach(goal -> goals.add(cut(goal, range)));
        }
        long elsewhere = held.bytes() - bytes(entries);
        if (!dead.isEmpty()) {
            entries.removeAll(Set.copyOf(dead));
        }
        ChangeSet changes = diff(entries, goals, alignment);
        List<Mapping> unmaps = new ArrayList<>(dead);
        unmaps.addAll(changes.unmaps());
        return new ChangeSet(unmaps, changes.cuts(), changes.maps(), elsewhere + changes.keptBytes());
    }

    /** Entries are asked for range by range, and one may reach into several. */
    private static void addOnce(List<Mapping> entries, Mapping entry) {
        if (entries.isEmpty() || entries.getLast() != entry) {
            entries.add(entry);
        }
    }

    private static Mapping cut(Mapping goal, AddressRange range) {
        return range.contains(goal.range())
                ? goal
                : goal.slice(goal.range().intersect(range).orElseThrow());
    }

    private static long bytes(List<Mapping> entries) {
        long bytes = 0;
        for (Mapping entry : entries) {
            bytes += entry.range().size();
        }
        return bytes;
    }

    /**
     * @param installed the installed entries, sorted
     * @param wanted what is to be installed, sorted
     * @param alignment bytes, a power of two: what every entry must keep to
     * @return what turns the first into the second
     */
    public static ChangeSet diff(List<Mapping> installed, List<Mapping> wanted, long alignment) {
        Differ differ = new Differ(installed, wanted, alignment);
        differ.sweepInstalled();
        differ.sweepWanted();
        return new ChangeSet(differ.unmaps, differ.cuts, differ.maps, differ.keptBytes);
    }

    private void sweepInstalled() {
        int first = 0;
        for (Mapping entry : installed) {
            while (first < wanted.size() && endsBefore(wanted.get(first), entry)) {
                first++;
            }
            sort(entry, keepOf(entry, first));
        }
    }

    private List<AddressRange> keepOf(Mapping entry, int first) {
        List<AddressRange> keep = new ArrayList<>(1);
        for (int i = first; i < wanted.size(); i++) {
            Optional<AddressRange> common = entry.range().intersect(wanted.get(i).range());
            if (common.isEmpty()) {
                break;
            }
            if (same(entry, wanted.get(i), common.get().start())) {
                common.get().trimTo(alignment).ifPresent(part -> append(keep, part));
            }
        }
        return keep;
    }

    private void sort(Mapping entry, List<AddressRange> keep) {
        if (keep.isEmpty()) {
            unmaps.add(entry);
        } else if (!keep.getFirst().equals(entry.range())) {
            cuts.add(new Cut(entry, List.copyOf(keep)));
        }
        for (AddressRange part : keep) {
            kept.add(part);
            keptBytes += part.size();
        }
    }

    private void sweepWanted() {
        int first = 0;
        for (Mapping mapping : wanted) {
            while (first < kept.size() && Long.compareUnsigned(kept.get(first).last(), mapping.range().start()) < 0) {
                first++;
            }
            int end = first;
            while (end < kept.size() && kept.get(end).overlaps(mapping.range())) {
                end++;
            }
            mapRest(mapping, kept.subList(first, end));
        }
    }

    private void mapRest(Mapping mapping, List<AddressRange> parts) {
        if (parts.isEmpty()) {
            maps.add(mapping);
            return;
        }
        for (AddressRange rest : RangeSet.of(mapping.range()).minus(RangeSet.of(parts))) {
            maps.add(mapping.slice(rest));
        }
    }

    private static boolean same(Mapping a, Mapping b, long address) {
        return a.access() == b.access()
                && a.route() == b.route()
                && a.backing()
                        .advance(address - a.range().start())
                        .equals(b.backing().advance(address - b.range().start()));
    }

    private static void append(List<AddressRange> keep, AddressRange part) {
        if (!keep.isEmpty() && keep.getLast().meets(part)) {
            keep.set(keep.size() - 1, new AddressRange(keep.getLast().start(), part.last()));
        } else {
            keep.add(part);
        }
    }

    private static boolean endsBefore(Mapping a, Mapping b) {
        return Long.compareUnsigned(a.range().last(), b.range().start()) < 0;
    }
}
