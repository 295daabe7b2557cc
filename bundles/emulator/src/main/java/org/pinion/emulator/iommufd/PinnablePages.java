package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The memory of one MAP call ({@code struct iopt_pages}), shared by every area that COPY makes of it. A page is
 * pinned, and charged once, while at least one area in an address space with a domain shows it. Guarded by the
 * iommufd's lock.
 */
final class PinnablePages implements AreaMemory {

    private final PageSource source;
    private final boolean writable;
    private final LockedMemory locked;
    private final LockedMemory.Account account;
    private TreeMap<Long, PinnedRun> runs;

    PinnablePages(PageSource source, boolean writable, LockedMemory locked, LockedMemory.Account account) {
        this.source = source;
        this.writable = writable;
        this.locked = locked;
        this.account = account;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public long base() {
        return source.base();
    }

    /** Pins pages, all or none: EFAULT or EINVAL where there is no page, ENOMEM over the limit. */
    @Override
    public void pin(long first, long last) throws SyscallException {
        List<PinnedRun> fresh = missing(first, last);
        long count = fresh.stream().mapToLong(PinnedRun::count).sum();
        if (count > 0) {
            locked.charge(account, count);
        }
        shared(first, last).forEach(run -> run.users++);
        fresh.forEach(run -> runs().put(run.first, run));
    }

    @Override
    public void unpin(long first, long last) {
        long released = 0;
        for (PinnedRun run : shared(first, last)) {
            if (--run.users == 0) {
                runs.remove(run.first);
                released += run.count();
            }
        }
        if (released > 0) {
            locked.uncharge(account, released);
        }
    }

    @Override
    public boolean shown() {
        return true;
    }

    @Override
    public boolean answers() {
        return true;
    }

    @Override
    public Chunk locate(long position, long atMost) {
        PinnedRun run = runs.floorEntry(position / Pages.SIZE).getValue();
        return run.chunk(position, Math.min(atMost, run.bytesFrom(position)));
    }

    /** What is pinned, in pieces. */
    List<PageRun> pinned() {
        return runs == null ? List.of() : runs.values().stream().map(PinnedRun::pages).toList();
    }

    /** Whether it is a file's memory, whatever process has it mapped. */
    boolean ofFile() {
        return !(source instanceof PageSource.UserAddress);
    }

    /**
     * Copies bytes (iopt_pages_rw_access in drivers/iommu/iommufd/pages.c): memory of the process by its addresses as
     * they are now, if that is wanted or it is a single page, all else from the pages that are pinned, where they are.
     * What is wanted by address is copied up to where nothing is, then EFAULT.
     */
    void copy(long position, MemorySegment buffer, boolean write, boolean direct) throws SyscallException {
        long skipped = position % Pages.SIZE;
        long done = 0;
        for (PageRun run : pages(position - skipped, skipped + buffer.byteSize(), write, direct)) {
            long here = Math.min(run.bytes() - skipped, buffer.byteSize() - done);
            MemorySegment part = buffer.asSlice(done, here);
            if (write) {
                run.memory().write(run.offset() + skipped, part);
            } else {
                run.memory().read(run.offset() + skipped, part);
            }
            done += here;
            skipped = 0;
        }
        SyscallException.require(done == buffer.byteSize(), Errno.EFAULT);
    }

    private List<PageRun> pages(long first, long length, boolean write, boolean direct) throws SyscallException {
        long bytes = Pages.roundUp(length);
        if (source instanceof PageSource.UserAddress user) {
            if (direct) {
                return user.reachable(first, bytes, write);
            }
            if (bytes == Pages.SIZE) {
                return source.find(first, bytes, write);
            }
        }
        return held(first / Pages.SIZE, bytes);
    }

    /** The pages that are pinned, and between them those that would be. */
    private List<PageRun> held(long first, long bytes) throws SyscallException {
        long last = first + bytes / Pages.SIZE - 1;
        List<PinnedRun> all = missing(first, last);
        all.addAll(shared(first, last));
        return all.stream().sorted(Comparator.comparingLong(run -> run.first)).map(PinnedRun::pages).toList();
    }

    /** The runs that make up what is pinned of a range, cut at its ends. */
    private List<PinnedRun> shared(long first, long last) {
        if (runs == null || runs.isEmpty()) {
            return List.of();
        }
        cutAt(first);
        cutAt(last + 1);
        return new ArrayList<>(runs.subMap(first, true, last, true).values());
    }

    private void cutAt(long page) {
        Map.Entry<Long, PinnedRun> below = runs.lowerEntry(page);
        if (below != null && below.getValue().last >= page) {
            PinnedRun rest = below.getValue().splitAt(page);
            runs.put(rest.first, rest);
        }
    }

    private List<PinnedRun> missing(long first, long last) throws SyscallException {
        List<PinnedRun> fresh = new ArrayList<>(1);
        long next = first;
        for (PinnedRun run : shared(first, last)) {
            find(next, run.first - 1, fresh);
            next = run.last + 1;
        }
        find(next, last, fresh);
        return fresh;
    }

    private void find(long first, long last, List<PinnedRun> fresh) throws SyscallException {
        if (first > last) {
            return;
        }
        long page = first;
        for (PageRun run : source.find(first * Pages.SIZE, (last - first + 1) * Pages.SIZE, writable)) {
            long count = run.bytes() / Pages.SIZE;
            fresh.add(new PinnedRun(page, page + count - 1, run.memory(), run.offset()));
            page += count;
        }
    }

    private TreeMap<Long, PinnedRun> runs() {
        if (runs == null) {
            runs = new TreeMap<>();
        }
        return runs;
    }
}
