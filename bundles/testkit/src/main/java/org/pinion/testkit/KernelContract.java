package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/** What every kernel must keep, whatever devices it has: files, memory and errors. */
@Contract
public abstract class KernelContract {

    private static final String NOWHERE = "/no/such/file";
    private static final int NO_FILE = 1 << 20;

    /** Made by a subclass. */
    protected KernelContract() {}

    /**
     * The kernel. Asked several times by one test.
     *
     * @return the same kernel each time
     */
    protected abstract Kernel kernel();

    private int memfd(long bytes) {
        int fd = kernel().memfdCreate("testkit", Mman.MFD_CLOEXEC);
        assertThat(fd).isNotNegative();
        assertThat(kernel().ftruncate(fd, bytes)).isZero();
        return fd;
    }

    @Rule(of = Kernel.class, in = "description", says = "which kernel this is, for people")
    final void itSaysWhichKernelItIs() {
        assertThat(kernel().type()).isIn(Kernel.NATIVE, Kernel.EMULATED);
        assertThat(kernel().description()).isNotBlank();
    }

    @Rule(of = Kernel.class, in = "pageSize", says = "bytes of a page, a power of two")
    final void aPageIsAPowerOfTwo() {
        assertThat(Long.bitCount(kernel().pageSize())).isEqualTo(1);
    }

    @Rule(of = Kernel.class, in = "open", says = "a file descriptor, or a negated error number")
    final void whatIsNotThereIsAnsweredByANegatedNumber() {
        assertThat(kernel().open(NOWHERE, Fcntl.O_RDWR)).isEqualTo(Errno.ENOENT.answer());
    }

    @Rule(of = Kernel.class, in = "close", says = "0, or a negated error number")
    final void aFileIsClosedOnce() {
        int fd = memfd(1);
        assertThat(kernel().close(fd)).isZero();
        assertThat(kernel().close(fd)).isEqualTo(Errno.EBADF.answer());
    }

    @Rule(of = Kernel.class, says = "Calls answer as the raw system call does")
    final void whatIsNotOpenIsAnsweredAsSuch() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment some = arena.allocate(8, 8);
            assertThat(kernel().ioctl(NO_FILE, 0x3b81, some)).isEqualTo(Errno.EBADF.answer());
            assertThat(kernel().pread(NO_FILE, some, 0)).isEqualTo(Errno.EBADF.answer());
            assertThat(kernel().pwrite(NO_FILE, some, 0)).isEqualTo(Errno.EBADF.answer());
            assertThat(kernel().read(NO_FILE, some)).isEqualTo(Errno.EBADF.answer());
            assertThat(kernel().ftruncate(NO_FILE, 1)).isEqualTo(Errno.EBADF.answer());
        }
    }

    @Rule(of = Kernel.class, in = "mmap", says = "the memory, of exactly length bytes")
    final void memoryIsAsLongAsAskedForAndUsedFromAnyThread() throws Exception {
        MemorySegment memory = kernel().mmap(
                3 * kernel().pageSize(),
                Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS,
                -1,
                0);
        assertThat(memory.byteSize()).isEqualTo(3 * kernel().pageSize());
        Thread other = Thread.ofPlatform().start(() -> memory.set(ValueLayout.JAVA_BYTE, 5, (byte) 7));
        other.join();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 7);
        assertThat(kernel().munmap(memory)).isZero();
    }

    @Rule(of = Kernel.class, in = "mmap", says = "if the kernel refuses")
    final void aFileThatIsNotOpenIsNotMapped() {
        assertThatThrownBy(() -> kernel().mmap(kernel().pageSize(), Mman.PROT_READ, Mman.MAP_SHARED, NO_FILE, 0))
                .isInstanceOf(ErrnoException.class);
    }

    @Rule(of = Kernel.class, in = "eventfd", says = "the counter's first value")
    final void anEventCountsAndIsReadOnce() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment counter = arena.allocate(ValueLayout.JAVA_LONG);
            int fd = kernel().eventfd(3, Fcntl.O_NONBLOCK);
            assertThat(kernel().poll(fd, 0)).isEqualTo(1);
            assertThat(kernel().read(fd, counter)).isEqualTo(Long.BYTES);
            assertThat(counter.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
            assertThat(kernel().poll(fd, 0)).isZero();
            assertThat(kernel().read(fd, counter)).isEqualTo(Errno.EAGAIN.answer());
            assertThat(kernel().close(fd)).isZero();
        }
    }

    @Rule(of = Kernel.class, in = "readFile", says = "if it does not exist")
    final void aFileThatDoesNotExistIsToldAsSuch() {
        assertThatThrownBy(() -> kernel().readFile(NOWHERE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> kernel().writeFile(NOWHERE, "1")).isInstanceOf(IOException.class);
    }

    @Rule(of = Kernel.class, in = "list", says = "empty if there is no such directory")
    final void aDirectoryThatIsNotThereHasNothingInIt() throws IOException {
        assertThat(kernel().list(NOWHERE)).isEmpty();
    }

    @Rule(of = Kernel.class, in = "linkName", says = "empty if there is no such link")
    final void aLinkThatIsNotThereLeadsNowhere() throws IOException {
        assertThat(kernel().linkName(NOWHERE)).isEmpty();
    }

    @Rule(of = Kernel.class, says = "Every method may be called from any thread.")
    final void threadsOpenAndCloseFilesOfTheirOwn() {
        Threads.agree(() -> {
            int fd = memfd(kernel().pageSize());
            assertThat(kernel().eventfd(0, 0)).isNotEqualTo(fd).satisfies(event -> kernel().close(event));
            return kernel().close(fd);
        });
    }
}
