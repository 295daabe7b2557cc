package org.pinion.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pinion.linux.Errno;

/**
 * What a container should be, mapping by mapping, in the simplest way there is. Page numbers run from 0 to 2^52-1, so
 * that none is negative. Only whole pages of good memory are mapped here; groups 0 and 1 are behind an IOMMU.
 */
final class ContainerModel {

    /** A mapping: its first page, how many it has, and the page of memory that it begins with. */
    record Mapped(long first, int count, int memory) {

        boolean touches(long from, long many) {
            return first < from + many && from < first + count;
        }

        private boolean across(long page) {
            return first < page && page < first + count;
        }
    }

    private static final long WINDOW = 0xfee00;
    private static final long WINDOW_PAGES = 0x100;
    private static final long APERTURE_END = 0x8000000;

    private final boolean v2;
    private final List<Mapped> mappings = new ArrayList<>();
    private final Set<Integer> groups = new TreeSet<>();
    private boolean limitsKnown;

    ContainerModel(boolean v2) {
        this.v2 = v2;
    }

    List<Mapped> mappings() {
        return mappings;
    }

    boolean has(int group) {
        return groups.contains(group);
    }

    boolean empty() {
        return groups.isEmpty();
    }

    private boolean translated() {
        return has(0) || has(1);
    }

    private static boolean pastAperture(Mapped mapped) {
        return mapped.first + mapped.count > APERTURE_END;
    }

    private static boolean inWindow(Mapped mapped) {
        return mapped.touches(WINDOW, WINDOW_PAGES);
    }

    Object map(Mapped wanted) {
        if (empty()) {
            return Errno.EINVAL;
        }
        if (wanted.first + wanted.count > PageModel.END) {
            return Errno.EOVERFLOW;
        }
        if (mappings.stream().anyMatch(one -> one.touches(wanted.first, wanted.count))) {
            return Errno.EEXIST;
        }
        if (translated() && (pastAperture(wanted) || inWindow(wanted))) {
            return Errno.EINVAL;
        }
        mappings.add(wanted);
        return 0;
    }

    /** Pages unmapped, or an error number. */
    Object unmap(long first, int count) {
        if (empty()) {
            return Errno.EINVAL;
        }
        if (first + count > PageModel.END) {
            return Errno.EOVERFLOW;
        }
        boolean bisected = mappings.stream().anyMatch(one -> one.across(first) || one.across(first + count));
        if (v2 && bisected) {
            return Errno.EINVAL;
        }
        if (mappings.stream().anyMatch(one -> one.across(first))) {
            return 0L;
        }
        List<Mapped> touched = mappings.stream().filter(one -> one.touches(first, count)).toList();
        mappings.removeAll(touched);
        return touched.stream().mapToLong(Mapped::count).sum();
    }

    Object join(int group) {
        if (has(group)) {
            return Errno.EINVAL;
        }
        boolean behindIommu = group <= 1;
        if (behindIommu && mappings.stream().anyMatch(ContainerModel::inWindow)) {
            return Errno.EINVAL;
        }
        if (behindIommu && mappings.stream().anyMatch(ContainerModel::pastAperture)) {
            return limitsKnown ? Errno.EINVAL : Errno.ERANGE;
        }
        groups.add(group);
        limitsKnown |= behindIommu;
        return 0;
    }

    Object leave(int group) {
        if (!groups.remove(group)) {
            return Errno.EINVAL;
        }
        if (empty()) {
            mappings.clear();
            limitsKnown = false;
        }
        return 0;
    }

    /** Pages that must be charged. */
    long charged() {
        return translated() ? mappings.stream().mapToLong(Mapped::count).sum() : 0;
    }
}
