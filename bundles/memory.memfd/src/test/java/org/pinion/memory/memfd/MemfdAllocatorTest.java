package org.pinion.memory.memfd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.ffm.NativeKernel;

/** Host memory from the kernel that the test runs on. */
class MemfdAllocatorTest {

    private final FailingKernel calls = new FailingKernel(new NativeKernel());
    private final MemfdAllocator allocator = new MemfdAllocator(calls.kernel());

    @Test
    void memoryIsZeroedWritableAndOfWholePages() throws IommuException {
        try (HostMemory memory = allocator.allocate("queue", 5000)) {
            assertThat(memory.segment().byteSize()).isEqualTo(8192);
            assertThat(memory.segment().mismatch(MemorySegment.ofArray(new byte[8192]))).isEqualTo(-1);
            memory.segment().set(ValueLayout.JAVA_BYTE, 8191, (byte) 1);
        }
    }

    @Test
    void theBackingIsTheFileUnderTheMemory() throws IommuException {
        try (HostMemory memory = allocator.allocate("queue", 4096);
                Arena arena = Arena.ofConfined()) {
            Backing.MemoryFile file = (Backing.MemoryFile) memory.backing();
            assertThat(file.offset()).isZero();
            assertThat(file.address()).isEqualTo(memory.segment().address());

            memory.segment().set(ValueLayout.JAVA_INT, 0, 77);
            MemorySegment read = arena.allocate(4, 4);
            assertThat(calls.kernel().pread(file.fd(), read, 0)).isEqualTo(4);
            assertThat(read.get(ValueLayout.JAVA_INT, 0)).isEqualTo(77);
        }
    }

    @Test
    void theNameShowsAmongTheMemoryAreas() throws IommuException, IOException {
        try (HostMemory memory = allocator.allocate("pinion queue", 4096)) {
            assertThat(calls.kernel().readFile("/proc/self/maps"))
                    .containsPattern(Long.toHexString(memory.segment().address())
                            + "-\\S+ rw-s .*/memfd:pinion queue \\(deleted\\)");
        }
    }

    @Test
    void muchMoreThanTheMachineHasCostsNothingUntilItIsTouched() throws IommuException {
        try (HostMemory memory = allocator.allocate("guest", 1L << 42)) {
            memory.segment().set(ValueLayout.JAVA_BYTE, (1L << 42) - 1, (byte) 1);
            assertThat(memory.segment().byteSize()).isEqualTo(1L << 42);
        }
    }

    /** In this machine's kernel there may be none: then the message says how to get some. */
    @Test
    void hugePagesAreGivenOrTheMessageSaysHowToGetSome() {
        try (HostMemory memory = allocator.allocateHuge("queue", 5000, 2 << 20)) {
            assertThat(memory.segment().byteSize()).isEqualTo(2 << 20);
            assertThat(memory.segment().address() % (2 << 20)).isZero();
            memory.segment().set(ValueLayout.JAVA_BYTE, (2 << 20) - 1, (byte) 1);
        } catch (IommuException none) {
            assertThat(none.operation()).isEqualTo("allocate 0x200000 bytes of host memory 'queue' in huge pages of"
                    + " 0x200000");
            assertThat(none.remedy()).contains("/sys/kernel/mm/hugepages");
        }
    }

    @Test
    void hugePagesOfTheEmulatorAreWholeOnes() throws IommuException {
        MemfdAllocator emulated = new MemfdAllocator(EmulatedKernel.lab());
        try (HostMemory memory = emulated.allocateHuge("queue", (2 << 20) + 1, 2 << 20)) {
            assertThat(memory.segment().byteSize()).isEqualTo(4 << 20);
        }
    }

    @Test
    void whatIsNoHugePageIsAMistake() {
        assertThatThrownBy(() -> allocator.allocateHuge("queue", 1, 4096)).hasMessage("0x1000 is no size of a huge page");
        assertThatThrownBy(() -> allocator.allocateHuge("queue", 1, 3 << 20)).hasMessageContaining("is no size");
    }

    @Test
    void closingGivesMemoryAndFileBackOnce() throws IommuException {
        HostMemory memory = allocator.allocate("queue", 4096);
        memory.close();
        memory.close();
        assertThat(calls.names()).containsSubsequence("mmap", "munmap", "close");
        assertThat(calls.names()).containsOnlyOnce("munmap", "close");
        assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSizeThatIsNoneIsRefused() {
        for (long size : new long[] {0, -1, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> allocator.allocate("queue", size))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("host memory 'queue' cannot have " + size + " bytes");
        }
    }

    @Test
    void noFileDescriptorLeftSaysWhatToRaise() {
        calls.fail("memfdCreate", Errno.EMFILE);
        assertThatThrownBy(() -> allocator.allocate("queue", 5000))
                .isInstanceOfSatisfying(IommuException.class, e -> {
                    assertThat(e.errno()).hasValue("EMFILE");
                    assertThat(e.operation()).isEqualTo("allocate 0x2000 bytes of host memory 'queue'");
                    assertThat(e.remedy()).contains("ulimit -n");
                });
        assertThat(calls.names()).doesNotContain("ftruncate", "close");
    }

    @Test
    void aFileThatCannotGrowIsClosed() {
        calls.fail("ftruncate", Errno.EFBIG);
        assertThatThrownBy(() -> allocator.allocate("queue", 4096)).hasMessageContaining("EFBIG");
        assertThat(calls.names()).endsWith("ftruncate", "close");
    }

    @Test
    void memoryThatTheKernelHasNotGotIsAnErrorAndTheFileIsClosed() {
        assertThatThrownBy(() -> allocator.allocate("too much", 1L << 60))
                .isInstanceOfSatisfying(IommuException.class, e -> {
                    assertThat(e.errno()).hasValue("ENOMEM");
                    assertThat(e.getMessage()).contains("allocate 0x1000000000000000 bytes of host memory 'too much'");
                    assertThat(e.remedy()).contains("ulimit -v");
                });
        assertThat(calls.names()).endsWith("mmap", "close");
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> allocator.allocate("x".repeat(250), 4096))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("at most 249 bytes");
    }

    @Test
    void aFileThatDoesNotCloseIsNotPassedOver() throws IommuException {
        HostMemory memory = allocator.allocate("queue", 4096);
        calls.fail("close", Errno.EIO);
        assertThatThrownBy(memory::close)
                .isInstanceOf(UncheckedIOException.class)
                .cause()
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }
}
