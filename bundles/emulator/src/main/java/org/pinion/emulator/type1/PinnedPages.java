package org.pinion.emulator.type1;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.emulator.iommufd.Chunk;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The pages of one mapping while a domain shows them; the memory of devices is among them without a charge. */
final class PinnedPages {

    private final TreeMap<Long, PageRun> runs = new TreeMap<>();
    private final LockedMemory locked;
    private final long charged;

    private PinnedPages(List<PageRun> found, LockedMemory locked, long charged) {
        this.locked = locked;
        this.charged = charged;
        long at = 0;
        for (PageRun run : found) {
            runs.put(at, run);
            at += run.bytes();
        }
    }

    /** Pins page after page: what is met first answers, ENOMEM at the limit or EFAULT at what cannot be pinned. */
    static PinnedPages pin(ProcessMemory process, LockedMemory locked, DmaMapping mapping) throws SyscallException {
        List<PageRun> found = process.reachable(mapping.vaddr(), mapping.size(), mapping.writable(), true);
        long there = found.stream().mapToLong(PageRun::bytes).sum();
        long charged = found.stream().filter(run -> !run.device()).mapToLong(PageRun::bytes).sum() / Pages.SIZE;
        locked.lock(charged);
        PinnedPages pinned = new PinnedPages(found, locked, charged);
        if (there != mapping.size()) {
            pinned.unpin();
            throw new SyscallException(Errno.EFAULT);
        }
        return pinned;
    }

    void unpin() {
        locked.unlock(charged);
    }

    Chunk locate(long position, long atMost) {
        Map.Entry<Long, PageRun> entry = runs.floorEntry(position);
        PageRun run = entry.getValue();
        long inRun = position - entry.getKey();
        return new Chunk(run.memory(), run.offset() + inRun, Math.min(atMost, run.bytes() - inRun));
    }
}
