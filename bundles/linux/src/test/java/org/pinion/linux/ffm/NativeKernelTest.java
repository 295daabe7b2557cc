package org.pinion.linux.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.Iommufd;

/** The native kernel against the kernel that the test runs on. */
class NativeKernelTest {

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int FIONREAD = 0x541b;

    private final NativeKernel kernel = new NativeKernel();
    private final Arena arena = Arena.ofAuto();

    @TempDir
    Path directory;

    @Test
    void aMemfdAndItsMappingAreTheSameBytes() throws IOException {
        int fd = memfd("bytes", 8192);
        MemorySegment memory = kernel.mmap(8192, READ_WRITE, Mman.MAP_SHARED, fd, 0);
        memory.set(ValueLayout.JAVA_LONG, 4096, 0x1122334455667788L);
        MemorySegment buffer = arena.allocate(8, 8);

        assertThat(kernel.pread(fd, buffer, 4096)).isEqualTo(8);
        assertThat(buffer.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x1122334455667788L);

        buffer.set(ValueLayout.JAVA_LONG, 0, 42);
        assertThat(kernel.pwrite(fd, buffer, 0)).isEqualTo(8);
        assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);

        assertThat(kernel.munmap(memory)).isZero();
        assertThat(kernel.close(fd)).isZero();
    }

    @Test
    void aMappingBeginsAtTheOffsetAskedFor() throws IOException {
        int fd = memfd("offset", 8192);
        MemorySegment whole = kernel.mmap(8192, READ_WRITE, Mman.MAP_SHARED, fd, 0);
        MemorySegment second = kernel.mmap(4096, READ_WRITE, Mman.MAP_SHARED, fd, 4096);
        whole.set(ValueLayout.JAVA_INT, 4096, 7);
        assertThat(second.get(ValueLayout.JAVA_INT, 0)).isEqualTo(7);
        kernel.munmap(whole);
        kernel.munmap(second);
        kernel.close(fd);
    }

    @Test
    void aMappingIsAsLongAsAskedForAndUsableByEveryThread() throws Exception {
        MemorySegment memory = anonymous(5000);
        assertThat(memory.byteSize()).isEqualTo(5000);
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            other.submit(() -> memory.set(ValueLayout.JAVA_BYTE, 4999, (byte) 9)).get();
        }
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4999)).isEqualTo((byte) 9);
        kernel.munmap(memory);
    }

    @Test
    void adviceIsTakenOrNotKnown() throws IOException {
        MemorySegment memory = anonymous(8192);
        memory.fill((byte) 1);
        int doNotNeed = 4;
        assertThat(kernel.madvise(memory.asSlice(4096, 4096), doNotNeed)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4096)).isZero();
        assertThat(kernel.madvise(memory, 0x7fff)).isEqualTo(Errno.EINVAL.answer());
        kernel.munmap(memory);
    }

    @Test
    void unmappedMemoryCannotBeTouchedAnyMore() throws IOException {
        MemorySegment memory = anonymous(4096);
        MemorySegment part = memory.asSlice(100, 4);
        assertThat(kernel.munmap(memory)).isZero();
        assertThatThrownBy(() -> part.get(ValueLayout.JAVA_INT, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(kernel.readFile("/proc/self/maps")).doesNotContain(Long.toHexString(memory.address()) + "-");
    }

    @Test
    void onlyWhatMmapReturnedIsUnmapped() throws IOException {
        MemorySegment memory = anonymous(8192);
        assertThat(kernel.munmap(memory.asSlice(4096))).isEqualTo(Errno.EINVAL.answer());
        assertThat(kernel.munmap(memory.asSlice(0, 4096))).isEqualTo(Errno.EINVAL.answer());
        assertThat(kernel.munmap(arena.allocate(4096))).isEqualTo(Errno.EINVAL.answer());
        memory.set(ValueLayout.JAVA_INT, 0, 1);

        assertThat(kernel.munmap(memory)).isZero();
        assertThat(kernel.munmap(memory)).isEqualTo(Errno.EINVAL.answer());
    }

    @Test
    void aMappingThatTheKernelRefusesThrowsItsErrno() {
        assertThatThrownBy(() -> kernel.mmap(0, READ_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0))
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThatThrownBy(() -> kernel.mmap(4096, READ_WRITE, Mman.MAP_SHARED, -1, 0))
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                .hasMessage("mmap of 0x1000 bytes of file descriptor -1 at 0x0: EBADF (Bad file descriptor)");
    }

    @Test
    void openingAMissingFileAnswersEnoent() {
        assertThat(kernel.open(directory + "/missing", Fcntl.O_RDWR)).isEqualTo(Errno.ENOENT.answer());
    }

    @Test
    void aNameIsNotCutAtANulCharacter() throws IOException {
        Path file = Files.createFile(directory.resolve("short"));
        assertThatThrownBy(() -> kernel.open(file + "\0and more", Fcntl.O_RDONLY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kernel.memfdCreate("short\0and more", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOpenFileCanBeReadAndClosedOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("a file"), "content");
        int fd = kernel.open(file.toString(), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        assertThat(fd).isNotNegative();
        MemorySegment buffer = arena.allocate(16);
        assertThat(kernel.pread(fd, buffer, 3)).isEqualTo(4);
        assertThat(buffer.getString(0)).isEqualTo("tent");
        assertThat(kernel.close(fd)).isZero();
    }

    @Test
    void aWrongDescriptorAnswersEbadf() {
        MemorySegment buffer = arena.allocate(8);
        assertThat(kernel.close(-1)).isEqualTo(Errno.EBADF.answer());
        assertThat(kernel.ioctl(-1, Iommufd.IOAS_ALLOC, buffer)).isEqualTo(Errno.EBADF.answer());
        assertThat(kernel.ioctl(-1, Iommufd.IOAS_ALLOC, 0L)).isEqualTo(Errno.EBADF.answer());
        assertThat(kernel.pread(-1, buffer, 0)).isEqualTo(Errno.EBADF.answer());
        assertThat(kernel.pwrite(-1, buffer, 0)).isEqualTo(Errno.EBADF.answer());
        assertThat(kernel.ftruncate(-1, 0)).isNegative();
    }

    @Test
    void anIoctlThatTheFileDoesNotKnowAnswersEnotty() throws IOException {
        int fd = memfd("no iommufd", 4096);
        assertThat(kernel.ioctl(fd, Iommufd.IOAS_ALLOC, arena.allocate(12))).isEqualTo(Errno.ENOTTY.answer());
        assertThat(kernel.ioctl(fd, Iommufd.IOAS_ALLOC, 0L)).isEqualTo(Errno.ENOTTY.answer());
        kernel.close(fd);
    }

    @Test
    void anIoctlReadsAndWritesItsArgument() throws IOException {
        Path file = Files.writeString(directory.resolve("five"), "12345");
        int fd = kernel.open(file.toString(), Fcntl.O_RDONLY);
        MemorySegment count = arena.allocate(4, 4);
        assertThat(kernel.ioctl(fd, FIONREAD, count)).isZero();
        assertThat(count.get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
        kernel.close(fd);
    }

    @Test
    void anIoctlWithANumberHandsOverTheNumber() throws IOException {
        Path file = Files.writeString(directory.resolve("six"), "123456");
        int fd = kernel.open(file.toString(), Fcntl.O_RDONLY);
        MemorySegment count = arena.allocate(4, 4);
        assertThat(kernel.ioctl(fd, FIONREAD, count.address())).isZero();
        assertThat(count.get(ValueLayout.JAVA_INT, 0)).isEqualTo(6);
        assertThat(kernel.ioctl(fd, FIONREAD, 0L)).isEqualTo(Errno.EFAULT.answer());
        kernel.close(fd);
    }

    @Test
    void anEventfdStartsWithItsCounter() throws IOException {
        int fd = kernel.eventfd(3, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        assertThat(kernel.readFile("/proc/self/fdinfo/" + fd)).containsPattern("eventfd-count:\\s+3\\s");
        assertThat(kernel.pread(fd, arena.allocate(8), 0)).isEqualTo(Errno.ESPIPE.answer());
        kernel.close(fd);
    }

    @Test
    void aMemfdShowsUnderItsName() throws IOException {
        int fd = memfd("pinion test", 4096);
        assertThat(kernel.linkName("/proc/self/fd/" + fd)).hasValue("memfd:pinion test (deleted)");
        kernel.close(fd);
        assertThat(kernel.memfdCreate("x".repeat(300), 0)).isEqualTo(Errno.EINVAL.answer());
    }

    @Test
    void errnoIsTheCallingThreadsOwn() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            var closes = threads.submit(() -> answers(() -> kernel.close(-1)));
            var opens = threads.submit(() -> answers(() -> kernel.open(directory + "/missing", 0)));
            assertThat(closes.get()).containsOnly(Errno.EBADF.answer());
            assertThat(opens.get()).containsOnly(Errno.ENOENT.answer());
        }
    }

    private static int[] answers(IntSupplier call) {
        return IntStream.range(0, 2000).map(i -> call.getAsInt()).toArray();
    }

    @Test
    void saysWhatItIs() {
        assertThat(kernel.type()).isEqualTo(Kernel.NATIVE);
        assertThat(kernel.description()).matches("Linux \\d+\\.\\d+.*");
        assertThat(Long.bitCount(kernel.pageSize())).isOne();
        assertThat(kernel.pageSize()).isGreaterThanOrEqualTo(4096);
        assertThat(NativeKernel.obstacle()).isEmpty();
    }

    @Test
    void saysWhyThereIsNoNativeKernelElsewhere() {
        assertThat(NativeKernel.obstacle("Mac OS X", "aarch64")).hasValue("this is Mac OS X, not Linux");
        assertThat(NativeKernel.obstacle("Linux", "s390x")).get().asString().contains("s390x");
        assertThat(NativeKernel.obstacle("Linux", "aarch64")).isEmpty();
    }

    @Test
    void readsAndWritesFiles() throws IOException {
        Path file = Files.writeString(directory.resolve("driver_override"), "(null)\n");
        assertThat(kernel.readFile(file.toString())).isEqualTo("(null)\n");
        kernel.writeFile(file.toString(), "vfio-p");
        assertThat(Files.readString(file)).isEqualTo("vfio-p\n");
        Files.write(file, new byte[] {'a', (byte) 0xff, 'b'});
        assertThat(kernel.readFile(file.toString())).startsWith("a").endsWith("b");
    }

    @Test
    void aMissingFileIsNotCreatedByWriting() {
        String missing = directory + "/missing";
        assertThatThrownBy(() -> kernel.writeFile(missing, "x")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> kernel.readFile(missing)).isInstanceOf(NoSuchFileException.class);
        assertThat(Path.of(missing)).doesNotExist();
    }

    @Test
    void listsADirectoryInOrder() throws IOException {
        Files.createFile(directory.resolve("b"));
        Files.createFile(directory.resolve("a"));
        assertThat(kernel.list(directory.toString())).containsExactly("a", "b");
        assertThat(kernel.list(directory + "/missing")).isEmpty();
    }

    @Test
    void aLinkMeansTheLastNameOfItsTarget() throws IOException {
        Files.createSymbolicLink(directory.resolve("driver"), Path.of("../../../bus/pci/drivers/vfio-pci"));
        assertThat(kernel.linkName(directory + "/driver")).hasValue("vfio-pci");
        assertThat(kernel.linkName(directory + "/missing")).isEmpty();
    }

    private int memfd(String name, long size) throws IOException {
        int fd = ErrnoException.check("memfd_create", kernel.memfdCreate(name, Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, size));
        return fd;
    }

    private MemorySegment anonymous(long size) throws IOException {
        return kernel.mmap(size, READ_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }
}
