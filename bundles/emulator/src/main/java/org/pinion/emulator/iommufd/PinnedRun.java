package org.pinion.emulator.iommufd;

import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;

/** Pinned pages that follow one another in one piece of memory, with the number of areas that want them. */
final class PinnedRun {

    final long first;
    long last;
    int users;
    private final SparseMemory memory;
    private final long offset;

    PinnedRun(long first, long last, SparseMemory memory, long offset) {
        this.first = first;
        this.last = last;
        this.users = 1;
        this.memory = memory;
        this.offset = offset;
    }

    /** Cuts the run in two; this one ends before the page. */
    PinnedRun splitAt(long page) {
        PinnedRun rest = new PinnedRun(page, last, memory, offset + (page - first) * Pages.SIZE);
        rest.users = users;
        last = page - 1;
        return rest;
    }

    /** How many pages these are. */
    long count() {
        return last - first + 1;
    }

    PageRun pages() {
        return new PageRun(memory, offset, count() * Pages.SIZE);
    }

    /** How many bytes there are from a place to the run's end. */
    long bytesFrom(long position) {
        return (last + 1) * Pages.SIZE - position;
    }

    Chunk chunk(long position, long bytes) {
        return new Chunk(memory, offset + position - first * Pages.SIZE, bytes);
    }
}
