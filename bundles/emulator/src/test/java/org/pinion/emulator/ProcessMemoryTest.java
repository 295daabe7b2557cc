package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;

class ProcessMemoryTest {

    private static final int RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long BAR2 = 2L << 40;

    private final Process process = Process.onLab();
    private final EmulatedKernel kernel = process.kernel;

    @Test
    void hundredsOfGibibytesCostNothingUntilTheyAreTouched() {
        long size = 300L << 30;
        MemorySegment memory = process.memory(size);
        memory.set(ValueLayout.JAVA_LONG, size - 8, 42);
        assertThat(memory.get(ValueLayout.JAVA_LONG, size - 8)).isEqualTo(42);
        assertThat(memory.get(ValueLayout.JAVA_LONG, size / 2)).isZero();
        assertThat(MemorySegment.ofAddress(memory.address() + size - 8).reinterpret(8).get(ValueLayout.JAVA_LONG, 0))
                .as("the address is a real one").isEqualTo(42);
        assertThat(kernel.munmap(memory)).isZero();
    }

    @Test
    void mappingsOfAMemfdShowTheSameBytes() throws Exception {
        int fd = process.memfd(4 * PAGE);
        MemorySegment one = kernel.mmap(4 * PAGE, RW, Mman.MAP_SHARED, fd, 0);
        MemorySegment two = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, fd, 2 * PAGE);
        two.setString(10, "shared");
        assertThat(one.getString(2 * PAGE + 10)).isEqualTo("shared");
        MemorySegment word = Arena.ofAuto().allocate(7);
        assertThat(kernel.pread(fd, word, 2 * PAGE + 10)).isEqualTo(7);
        assertThat(word.getString(0)).isEqualTo("shared");
    }

    @Test
    void aPrivateMappingKeepsItsWritesToItself() throws Exception {
        int fd = process.memfd(PAGE);
        MemorySegment shared = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, fd, 0);
        shared.setString(0, "file");
        MemorySegment own = kernel.mmap(PAGE, RW, Mman.MAP_PRIVATE, fd, 0);
        assertThat(own.getString(0)).isEqualTo("file");
        own.setString(0, "mine");
        assertThat(shared.getString(0)).isEqualTo("file");
    }

    @Test
    void readsEndWithTheFileAndWritesMakeItLonger() {
        int fd = process.memfd(10);
        MemorySegment buffer = Arena.ofAuto().allocate(20);
        assertThat(kernel.pread(fd, buffer, 4)).isEqualTo(6);
        assertThat(kernel.pread(fd, buffer, 10)).isZero();
        assertThat(kernel.pread(fd, buffer, 1000)).isZero();
        assertThat(kernel.pwrite(fd, buffer, 100)).isEqualTo(20);
        assertThat(kernel.pread(fd, buffer, 110)).isEqualTo(10);
        assertThat(errno(kernel.pread(fd, buffer, -1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void whatIsCutOffAFileComesBackAsZeros() {
        int fd = process.memfd(PAGE);
        MemorySegment buffer = Arena.ofAuto().allocate(8);
        buffer.fill((byte) 1);
        kernel.pwrite(fd, buffer, 1000);
        kernel.ftruncate(fd, 1004);
        kernel.ftruncate(fd, PAGE);
        kernel.pread(fd, buffer, 1000);
        assertThat(buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x01010101L);
        assertThat(errno(kernel.ftruncate(fd, -1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void unmappedMemoryCannotBeTouchedAndIsAHole() {
        MemorySegment memory = process.memory(PAGE);
        assertThat(errno(kernel.munmap(memory.asSlice(0, 100)))).isEqualTo(Errno.EINVAL);
        assertThat(kernel.munmap(memory)).isZero();
        assertThat(errno(kernel.munmap(memory))).isEqualTo(Errno.EINVAL);
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        int ioas = process.ioas();
        process.attached(0, ioas);
        assertThat(errno(process.map(ioas, memory.address(), PAGE, 0))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void anInterruptedThreadDoesNotLoseItsMemory() throws Exception {
        int fd = process.memfd(PAGE);
        Thread.currentThread().interrupt();
        MemorySegment first = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, fd, 0);
        assertThat(Thread.interrupted()).isTrue();
        MemorySegment second = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, fd, 0);
        first.setString(0, "alive");
        assertThat(second.getString(0)).isEqualTo("alive");
    }

    @ParameterizedTest
    @CsvSource({"0,2,0", "-1,2,0", "4096,0,0", "4096,3,0", "4096,1,1", "4096,1,-4096"})
    void oddMappingsAreRefused(long length, int flags, long offset) {
        int fd = process.memfd(PAGE);
        assertThatThrownBy(() -> kernel.mmap(length, RW, flags, fd, offset))
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void memoryMappedForReadingCannotBeWritten() {
        MemorySegment memory = process.memory(PAGE, Mman.PROT_READ);
        assertThat(memory.isReadOnly()).isTrue();
    }

    @Test
    void aBarIsMappedAndItsMemoryIsTheDevices() throws Exception {
        int device = process.bound(2);
        MemorySegment bar = kernel.mmap(16 << 20, RW, Mman.MAP_SHARED, device, BAR2);
        bar.setString(1 << 20, "in the BAR");
        MemorySegment buffer = Arena.ofAuto().allocate(11);
        assertThat(kernel.pread(device, buffer, BAR2 + (1 << 20))).isEqualTo(11);
        assertThat(buffer.getString(0)).isEqualTo("in the BAR");
        assertThatThrownBy(() -> kernel.mmap((16 << 20) + PAGE, RW, Mman.MAP_SHARED, device, BAR2))
                .hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> kernel.mmap(PAGE, RW, Mman.MAP_SHARED, device, 0)).hasMessageContaining("EINVAL");
    }

    @Test
    void aBarMappedByItsAddressIsAFaultForADomain() throws Exception {
        int device = process.bound(2);
        MemorySegment bar = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, device, BAR2);
        int ioas = process.ioas();
        assertThat(process.map(ioas, bar.address(), PAGE, 0)).isZero();
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EFAULT);
        process.unmap(ioas, 0, PAGE);
        process.attach(device, ioas);
        assertThat(errno(process.map(ioas, bar.address(), PAGE, 0))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void smapsShowsWhatIsMappedAsTheKernelPrintsIt() throws Exception {
        int fd = process.memfd(2 * PAGE);
        MemorySegment file = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, fd, PAGE);
        MemorySegment anonymous = process.memory(3 * PAGE - 5, Mman.PROT_READ);
        MemorySegment bar = kernel.mmap(PAGE, RW, Mman.MAP_SHARED, process.bound(2), BAR2);
        String smaps = kernel.readFile("/proc/self/smaps");
        assertThat(smaps)
                .containsPattern("(?m)^%x-%x rw-s 00001000 00:01 1 +/memfd:test \\(deleted\\)$"
                        .formatted(file.address(), file.address() + PAGE))
                .containsPattern("(?m)^%x-%x r--p 00000000 00:00 0 $"
                        .formatted(anonymous.address(), anonymous.address() + 3 * PAGE))
                .containsPattern("(?m)^Size: +12 kB$")
                .containsPattern("(?m)^%x-%x rw-s 20000000000 00:06 .* /dev/vfio/devices/vfio2$"
                        .formatted(bar.address(), bar.address() + PAGE))
                .contains("VmFlags: rd wr sh mr mw me ms pf io de dd \n")
                .contains("VmFlags: rd wr sh mr mw me ms sd \n")
                .contains("VmFlags: rd mr mw me ac sd \n");
        kernel.munmap(file);
        assertThat(kernel.readFile("/proc/self/smaps")).doesNotContain("memfd");
    }

    @Test
    void eventfdsAreDescriptorsWithoutAPosition() {
        int fd = kernel.eventfd(0, 0);
        assertThat(fd).isPositive();
        assertThat(errno(kernel.pread(fd, Arena.ofAuto().allocate(8), 0))).isEqualTo(Errno.ESPIPE);
        assertThat(errno(kernel.eventfd(0, 1))).isEqualTo(Errno.EINVAL);
        assertThat(kernel.close(fd)).isZero();
    }
}
