package org.pinion.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.pinion.linux.Errno;

/**
 * What one address space should be, page by page, in the simplest way there is. Page numbers run from 0 to 2^52-1, so that
 * none is negative. Only whole pages of good memory are mapped here.
 */
final class PageModel {

    /** A mapped page: the area it belongs to, and which page of which MAP call it shows. */
    record Cell(Object area, int call, long page) {}

    static final long END = 1L << 52;

    private static final long WINDOW = 0xfee00;
    private static final long WINDOW_END = 0xfef00;
    private static final long APERTURE_END = 0x8000000;

    private final TreeMap<Long, Cell> cells = new TreeMap<>();
    private int devices;

    private static boolean reserved(long page) {
        return page >= WINDOW && page < WINDOW_END || page >= APERTURE_END;
    }

    private static LongStream pages(long first, long count) {
        return LongStream.range(first, first + count);
    }

    /** Why a range cannot be mapped; null if it can. */
    private Errno refusal(long first, long count) {
        if (first + count > END) {
            return Errno.EOVERFLOW;
        }
        if (devices > 0 && pages(first, count).anyMatch(PageModel::reserved)) {
            return Errno.EINVAL;
        }
        return pages(first, count).anyMatch(cells::containsKey) ? Errno.EEXIST : null;
    }

    Object map(long first, long count, int call, long memoryPage) {
        Errno refusal = refusal(first, count);
        if (refusal != null) {
            return refusal;
        }
        Object area = new Object();
        pages(0, count).forEach(i -> cells.put(first + i, new Cell(area, call, memoryPage + i)));
        return 0;
    }

    Object copyFrom(PageModel source, long from, long count, long to) {
        if (from + count > END) {
            return Errno.EOVERFLOW;
        }
        if (!pages(from, count).allMatch(source.cells::containsKey)) {
            return Errno.ENOENT;
        }
        Errno refusal = refusal(to, count);
        if (refusal != null) {
            return refusal;
        }
        List<Cell> copied = pages(from, count).mapToObj(source.cells::get).toList();
        Object area = null;
        for (int i = 0; i < count; i++) {
            boolean next = i == 0 || copied.get(i).area() != copied.get(i - 1).area();
            area = next ? new Object() : area;
            cells.put(to + i, new Cell(area, copied.get(i).call(), copied.get(i).page()));
        }
        return 0;
    }

    /** Pages removed, or an error number. */
    Object unmap(long first, long count) {
        if (first + count > END) {
            return Errno.EOVERFLOW;
        }
        List<Object> inside = new ArrayList<>(cells.subMap(first, first + count).values().stream().map(Cell::area)
                .distinct().toList());
        long removed = 0;
        for (Object area : inside) {
            List<Long> all = pagesOf(area);
            if (all.getFirst() < first || all.getLast() >= first + count) {
                return Errno.ENOENT;
            }
            all.forEach(cells::remove);
            removed += all.size();
        }
        return inside.isEmpty() ? Errno.ENOENT : (Object) removed;
    }

    private List<Long> pagesOf(Object area) {
        return cells.entrySet().stream().filter(entry -> entry.getValue().area() == area).map(TreeMap.Entry::getKey)
                .toList();
    }

    Object attach() {
        if (cells.keySet().stream().anyMatch(PageModel::reserved)) {
            return Errno.EADDRINUSE;
        }
        devices++;
        return 0;
    }

    void detach() {
        devices--;
    }

    /** The pages that must be pinned for this address space. */
    Set<String> pinned() {
        return devices == 0 ? Set.of()
                : cells.values().stream().map(cell -> cell.call() + "/" + cell.page()).collect(Collectors.toSet());
    }

    TreeMap<Long, Cell> cells() {
        return cells;
    }
}
