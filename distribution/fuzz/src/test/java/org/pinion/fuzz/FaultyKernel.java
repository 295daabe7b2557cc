package org.pinion.fuzz;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** A kernel that gets one rule wrong. */
final class FaultyKernel implements Kernel {

    private final Kernel right;
    private final SeededError error;

    FaultyKernel(Kernel right, SeededError error) {
        this.right = right;
        this.error = error;
    }

    @Override
    public int ioctl(int fd, int request, MemorySegment argument) {
        return error.meets(request, argument)
                ? error.run(() -> right.ioctl(fd, request, argument), argument)
                : right.ioctl(fd, request, argument);
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
        return error.meets(request, MemorySegment.NULL)
                ? error.run(() -> right.ioctl(fd, request, argument), MemorySegment.NULL)
                : right.ioctl(fd, request, argument);
    }

    @Override
    public String type() {
        return right.type();
    }

    @Override
    public String description() {
        return right.description();
    }

    @Override
    public int open(String path, int flags) {
        return right.open(path, flags);
    }

    @Override
    public int close(int fd) {
        return right.close(fd);
    }

    @Override
    public MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        return right.mmap(length, protection, flags, fd, offset);
    }

    @Override
    public int munmap(MemorySegment memory) {
        return right.munmap(memory);
    }

    @Override
    public long pread(int fd, MemorySegment into, long offset) {
        return right.pread(fd, into, offset);
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long offset) {
        return right.pwrite(fd, from, offset);
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return right.memfdCreate(name, flags);
    }

    @Override
    public int ftruncate(int fd, long length) {
        return right.ftruncate(fd, length);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return right.eventfd(initial, flags);
    }

    @Override
    public long read(int fd, MemorySegment into) {
        return right.read(fd, into);
    }

    @Override
    public int poll(int fd, int millis) {
        return right.poll(fd, millis);
    }

    @Override
    public long pageSize() {
        return right.pageSize();
    }

    @Override
    public String readFile(String path) throws IOException {
        return right.readFile(path);
    }

    @Override
    public void writeFile(String path, String content) throws IOException {
        right.writeFile(path, content);
    }

    @Override
    public List<String> list(String path) throws IOException {
        return right.list(path);
    }

    @Override
    public Optional<String> linkName(String path) throws IOException {
        return right.linkName(path);
    }
}
