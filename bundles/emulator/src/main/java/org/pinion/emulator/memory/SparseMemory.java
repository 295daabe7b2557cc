package org.pinion.emulator.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that is really there and costs nothing until it is touched: a sparse temporary file that has no name any
 * more. Devices reach it through a mapping of its own, which the garbage collector removes; so a transfer never meets
 * memory that somebody has just unmapped. Safe for use by many threads.
 */
public final class SparseMemory {

    private final FileChannel channel;
    private MemorySegment whole = MemorySegment.NULL;
    private long size;

    private SparseMemory(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes empty memory.
     *
     * @return the memory
     * @throws IOException if the directory for temporary files takes no file
     */
    public static SparseMemory create() throws IOException {
        Path file = Files.createTempFile("pinion-memory-", null);
        return new SparseMemory(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    /**
     * Makes zeroed memory whose size never changes.
     *
     * @param size bytes
     * @return the memory
     * @throws IOException if there is no room for it
     */
    public static SparseMemory ofSize(long size) throws IOException {
        SparseMemory memory = create();
        memory.resize(size);
        return memory;
    }

    /** {@return bytes} */
    public synchronized long size() {
        return size;
    }

    /**
     * Grows or cuts the memory. What is cut off is zeroed and not given back: others may have it mapped.
     *
     * @param newSize bytes
     * @throws IOException if there is no room for it
     */
    public synchronized void resize(long newSize) throws IOException {
        if (newSize > whole.byteSize()) {
            whole = mapped(0, Pages.roundUp(newSize), Arena.ofAuto());
        } else if (newSize < size) {
            whole.asSlice(newSize, size - newSize).fill((byte) 0);
        }
        size = newSize;
    }

    /** The size does not change any more and nobody maps the memory anew: what is mapped stays. */
    public synchronized void seal() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a temporary file", e);
        }
    }

    /**
     * Maps a part of the memory.
     *
     * @param offset where it begins, bytes
     * @param length bytes
     * @param arena unmaps it when it closes
     * @return the part
     * @throws IOException if the host does not map it
     */
    synchronized MemorySegment mapped(long offset, long length, Arena arena) throws IOException {
        // A channel closes itself under a thread that is interrupted, and with it everybody's memory.
        boolean interrupted = Thread.interrupted();
        try {
            return channel.map(MapMode.READ_WRITE, offset, length, arena);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * @param offset where to read, bytes
     * @param into takes the bytes
     */
    public void read(long offset, MemorySegment into) {
        MemorySegment.copy(view(), offset, into, 0, into.byteSize());
    }

    /**
     * @param offset where to write, bytes
     * @param from the bytes
     */
    public void write(long offset, MemorySegment from) {
        MemorySegment.copy(from, 0, view(), offset, from.byteSize());
    }

    private synchronized MemorySegment view() {
        return whole;
    }
}
