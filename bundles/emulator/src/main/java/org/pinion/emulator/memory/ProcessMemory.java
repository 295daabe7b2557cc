package org.pinion.emulator.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;

/**
 * The address space of the process as far as the emulated kernel made it. Everything else, such as memory that Java
 * allocated, is a hole: it cannot be pinned. Safe for use by many threads.
 */
public final class ProcessMemory {

    /** What to do when there is no file to let go of. */
    private static final Runnable NOTHING = () -> {};

    /** A mapping, and what ends its hold on its file. */
    private record Mapped(Vma vma, MemorySegment memory, Arena arena, Runnable unmapped) {}

    private final TreeMap<Long, Mapped> mappings = new TreeMap<>(Long::compareUnsigned);

    /** An address space without a mapping. */
    public ProcessMemory() {}

    /**
     * Maps memory without a file.
     *
     * @param length bytes, at least 1
     * @param protection see {@link Mman}
     * @param shared whether a child would share it
     * @return the memory
     * @throws IOException if the host has no room for it
     */
    public MemorySegment mapAnonymous(long length, int protection, boolean shared) throws IOException {
        SparseMemory memory = SparseMemory.ofSize(length);
        try {
            return map(length, protection, shared, new MapTarget(memory, 0, 0, VmaKind.ANONYMOUS, ""), NOTHING);
        } finally {
            memory.seal();
        }
    }

    /**
     * Maps a file. A private mapping is a copy of what the file holds now.
     *
     * @param length bytes, at least 1
     * @param protection see {@link Mman}
     * @param shared whether writes go to the file
     * @param target what to show
     * @param unmapped run once after the mapping has gone, in the thread that ends it
     * @return the memory
     * @throws IOException if the host does not map it; then nothing is run
     */
    public MemorySegment mapFile(long length, int protection, boolean shared, MapTarget target, Runnable unmapped)
            throws IOException {
        return shared
                ? map(length, protection, true, target, unmapped)
                : mapCopy(length, protection, target, unmapped);
    }

    private MemorySegment mapCopy(long length, int protection, MapTarget target, Runnable unmapped)
            throws IOException {
        SparseMemory copy = SparseMemory.ofSize(length);
        try {
            MapTarget own = new MapTarget(copy, 0, target.filePosition(), target.kind(), target.path());
            MemorySegment memory = map(length, Mman.PROT_READ | Mman.PROT_WRITE, false, own, unmapped);
            long there = Math.clamp(target.memory().size() - target.offset(), 0, length);
            target.memory().read(target.offset(), memory.asSlice(0, there));
            return protect(memory, protection);
        } finally {
            copy.seal();
        }
    }

    private synchronized MemorySegment map(
            long length, int protection, boolean shared, MapTarget target, Runnable unmapped) throws IOException {
        Arena arena = Arena.ofShared();
        MemorySegment memory = mapped(target, length, arena);
        long start = memory.address();
        Vma vma = new Vma(start, start + Pages.roundUp(length) - 1, protection, shared, target);
        mappings.put(start, new Mapped(vma, memory, arena, unmapped));
        return (protection & Mman.PROT_WRITE) == 0 ? memory.asReadOnly() : memory;
    }

    private static MemorySegment mapped(MapTarget target, long length, Arena arena) throws IOException {
        try {
            return target.memory().mapped(target.offset(), length, arena);
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }

    private synchronized MemorySegment protect(MemorySegment memory, int protection) {
        mappings.computeIfPresent(memory.address(), (address, old) -> {
            Vma vma = old.vma;
            return new Mapped(new Vma(vma.start(), vma.last(), protection, vma.shared(), vma.target()),
                    old.memory, old.arena, old.unmapped);
        });
        return (protection & Mman.PROT_WRITE) == 0 ? memory.asReadOnly() : memory;
    }

    /**
     * Unmaps what one call mapped. Pages of it that are pinned stay where they are for those who pinned them.
     *
     * @param memory what was mapped
     * @throws SyscallException EINVAL if it is not exactly what a call mapped
     */
    public void unmap(MemorySegment memory) throws SyscallException {
        remove(memory).unmapped.run();
    }

    /** The address is free for others only when nothing is known of the mapping any more. */
    private synchronized Mapped remove(MemorySegment memory) throws SyscallException {
        Mapped mapped = mappings.get(memory.address());
        SyscallException.require(mapped != null && mapped.memory.byteSize() == memory.byteSize(), Errno.EINVAL);
        mapped.arena.close();
        return mappings.remove(memory.address());
    }

    /** Lets go of the files of all mappings, which stay, as the end of a process does. */
    public void forgetFiles() {
        takeFiles().forEach(Runnable::run);
    }

    private synchronized List<Runnable> takeFiles() {
        List<Runnable> all = mappings.values().stream().map(Mapped::unmapped).toList();
        mappings.replaceAll((start, old) -> new Mapped(old.vma, old.memory, old.arena, NOTHING));
        return all;
    }

    /**
     * Finds the pages behind a range of addresses, as {@code pin_user_pages} does.
     *
     * @param address first address, page aligned
     * @param length bytes, whole pages
     * @param write whether they are to be written
     * @return the pages, in order
     * @throws SyscallException EFAULT at a hole, a device's memory, a protection that forbids it, or past a file's end
     */
    public synchronized List<PageRun> pages(long address, long length, boolean write) throws SyscallException {
        List<PageRun> runs = reachable(address, length, write, false);
        SyscallException.require(runs.stream().mapToLong(PageRun::bytes).sum() == length, Errno.EFAULT);
        return runs;
    }

    /**
     * Finds the pages behind the beginning of a range of addresses, up to the first that cannot be pinned.
     *
     * @param address first address, page aligned
     * @param length bytes, whole pages
     * @param write whether they are to be written
     * @param devices whether a device's memory will do too
     * @return the pages, in order
     */
    public synchronized List<PageRun> reachable(long address, long length, boolean write, boolean devices) {
        List<PageRun> runs = new ArrayList<>(1);
        long done = 0;
        while (done != length) {
            PageRun run = run(address + done, length - done, write, devices);
            if (run == null) {
                return runs;
            }
            runs.add(run);
            done += run.bytes();
        }
        return runs;
    }

    /** The pages from an address on that one mapping has, or null. */
    private PageRun run(long address, long atMost, boolean write, boolean devices) {
        Vma vma = vmaAt(address);
        if (vma == null || !vma.permits(write) || vma.device() && !devices) {
            return null;
        }
        MapTarget target = vma.target();
        long offset = target.offset() + (address - vma.start());
        long inFile = Pages.roundUp(target.memory().size()) - offset;
        long inVma = vma.last() - address + 1;
        long here = Math.min(inFile, Long.compareUnsigned(atMost, inVma) < 0 ? atMost : inVma);
        return here <= 0 ? null : new PageRun(target.memory(), offset, here, vma.device());
    }

    private Vma vmaAt(long address) {
        Map.Entry<Long, Mapped> below = mappings.floorEntry(address);
        return below != null && below.getValue().vma.contains(address) ? below.getValue().vma : null;
    }

    /** {@return the mappings, by address} */
    public synchronized List<Vma> vmas() {
        return mappings.values().stream().map(Mapped::vma).toList();
    }
}
