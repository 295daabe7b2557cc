package org.pinion.linux.ffm;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** The kernel of the machine. */
public final class NativeKernel implements Kernel {

    /** Where the flags of {@link org.pinion.linux.Fcntl} and the layouts of the structures are right. */
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "x86_64", "aarch64");

    private final MappedMemory memory = new MappedMemory();

    /**
     * Why this machine's kernel cannot be called.
     *
     * @return a sentence, empty if it can
     */
    public static Optional<String> obstacle() {
        return obstacle(System.getProperty("os.name"), System.getProperty("os.arch"))
                .or(NativeKernel::deniedAccess)
                .or(NativeKernel::missingFunction);
    }

    static Optional<String> obstacle(String system, String architecture) {
        if (!system.equals("Linux")) {
            return Optional.of("this is " + system + ", not Linux");
        }
        if (!ARCHITECTURES.contains(architecture.toLowerCase(Locale.ROOT))) {
            return Optional.of("the processor is " + architecture + ", neither x86-64 nor arm64");
        }
        return Optional.empty();
    }

    /** Asks by a restricted method that costs nothing: binding a first function takes far longer. */
    private static Optional<String> deniedAccess() {
        try {
            MemorySegment.NULL.reinterpret(0);
            return Optional.empty();
        } catch (IllegalCallerException denied) {
            return Optional.of("this Java denies native access; start it with --enable-native-access=ALL-UNNAMED");
        }
    }

    private static Optional<String> missingFunction() {
        try {
            return Libc.missingFunction().map(name -> "the C library has no function '" + name + "'");
        } catch (LinkageError | UnsupportedOperationException unsupported) {
            return Optional.of("this Java cannot call the C library (" + unsupported + ")");
        }
    }

    @Override
    public String type() {
        return NATIVE;
    }

    @Override
    public String description() {
        return "Linux " + System.getProperty("os.version");
    }

    @Override
    public int open(String path, int flags) {
        return Libc.open(path, flags);
    }

    @Override
    public int close(int fd) {
        return Libc.close(fd);
    }

    @Override
    public int ioctl(int fd, int request, MemorySegment argument) {
        return Libc.ioctl(fd, request, argument);
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
        return Libc.ioctl(fd, request, argument);
    }

    @Override
    public MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        return memory.map(length, protection, flags, fd, offset);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Answers {@code -EINVAL} for what no mmap of this kernel returned, or what was unmapped before: anything else
     * at that address is not its own to unmap. Once it is unmapped, every access through the segment throws.
     *
     * @throws IllegalStateException if a system call on another thread is using the memory; it stays mapped
     */
    @Override
    public int munmap(MemorySegment segment) {
        return memory.unmap(segment);
    }

    @Override
    public int madvise(MemorySegment segment, int advice) {
        return Libc.madvise(segment, advice);
    }

    @Override
    public long pread(int fd, MemorySegment into, long offset) {
        return Libc.pread(fd, into, offset);
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long offset) {
        return Libc.pwrite(fd, from, offset);
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return Libc.memfdCreate(name, flags);
    }

    @Override
    public int ftruncate(int fd, long length) {
        return Libc.ftruncate(fd, length);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return Libc.eventfd(initial, flags);
    }

    @Override
    public long read(int fd, MemorySegment into) {
        return Libc.read(fd, into);
    }

    @Override
    public long write(int fd, MemorySegment from) {
        return Libc.write(fd, from);
    }

    @Override
    public int poll(int fd, int millis) {
        return Libc.poll(fd, millis);
    }

    @Override
    public long pageSize() {
        return Libc.pageSize();
    }

    @Override
    public String readFile(String path) throws IOException {
        return KernelFiles.read(path);
    }

    @Override
    public void writeFile(String path, String content) throws IOException {
        KernelFiles.write(path, content);
    }

    @Override
    public List<String> list(String path) throws IOException {
        return KernelFiles.list(path);
    }

    @Override
    public Optional<String> linkName(String path) throws IOException {
        return KernelFiles.linkName(path);
    }
}
