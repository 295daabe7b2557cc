package org.pinion.emulator.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.pinion.emulator.memory.MapTarget;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.memory.VmaKind;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** What {@code memfd_create(2)} makes: a file that lives in memory. */
public final class MemoryFile implements OpenFile {

    private final String name;
    private final SparseMemory memory;

    /**
     * @param name the name given to memfd_create
     * @param memory its bytes
     */
    public MemoryFile(String name, SparseMemory memory) {
        this.name = name;
        this.memory = memory;
    }

    /** {@return the file's bytes, which outlive the descriptor while they are mapped or pinned} */
    public SparseMemory memory() {
        return memory;
    }

    @Override
    public long read(MemorySegment into, long offset) throws SyscallException {
        SyscallException.require(offset >= 0, Errno.EINVAL);
        long count = Math.clamp(memory.size() - offset, 0, into.byteSize());
        memory.read(offset, into.asSlice(0, count));
        return count;
    }

    @Override
    public long write(MemorySegment from, long offset) throws SyscallException {
        SyscallException.require(offset >= 0, Errno.EINVAL);
        SyscallException.require(offset + from.byteSize() >= 0, Errno.EFBIG);
        growTo(offset + from.byteSize());
        memory.write(offset, from);
        return from.byteSize();
    }

    @Override
    public void truncate(long length) throws SyscallException {
        SyscallException.require(length >= 0, Errno.EINVAL);
        resize(length);
    }

    @Override
    public MapTarget mapTarget(long offset, long length) {
        return new MapTarget(memory, offset, offset, VmaKind.MEMFD, "/memfd:" + name + " (deleted)");
    }

    @Override
    public void release() {
        memory.seal();
    }

    private void growTo(long length) throws SyscallException {
        if (length > memory.size()) {
            resize(length);
        }
    }

    private void resize(long length) throws SyscallException {
        try {
            memory.resize(length);
        } catch (IOException e) {
            throw new SyscallException(Errno.ENOSPC);
        }
    }
}
