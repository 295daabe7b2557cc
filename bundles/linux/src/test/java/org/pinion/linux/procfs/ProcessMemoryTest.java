package org.pinion.linux.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.MalformedFileException;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;

/** The files of {@code /proc/self}: those of this process, and samples. */
class ProcessMemoryTest {

    private final NativeKernel kernel = new NativeKernel();
    private final ProcessMemory self = new ProcessMemory(kernel);

    @Test
    void aMappedMemfdShowsAmongTheAreas() throws IOException {
        int fd = ErrnoException.check("memfd_create", kernel.memfdCreate("area of a test", Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, 1 << 20));
        MemorySegment memory = kernel.mmap(1 << 20, Mman.PROT_READ, Mman.MAP_SHARED, fd, 0);
        assertThat(self.areas())
                .filteredOn(area -> area.start() == memory.address())
                .singleElement()
                .satisfies(area -> {
                    assertThat(area.last()).isEqualTo(memory.address() + (1 << 20) - 1);
                    assertThat(area.permissions()).isEqualTo("r--s");
                    assertThat(area.path()).isEqualTo("/memfd:area of a test (deleted)");
                    assertThat(area.kernelPageSize()).isEqualTo(kernel.pageSize());
                    assertThat(area.vmFlags()).contains("rd", "sh").doesNotContain("pf", "wr");
                });
        kernel.munmap(memory);
        kernel.close(fd);
    }

    @Test
    void areasAreSortedAndDisjoint() throws IOException {
        assertThat(self.areas()).isSortedAccordingTo((a, b) -> Long.compareUnsigned(a.last(), b.start() - 1));
    }

    @Test
    void thisProcessTellsWhatIsLockedAndHowMuchMayBe() throws IOException {
        assertThat(self.memlockUsage().pinned()).isNotNegative();
        assertThat(self.memlockUsage().locked()).isNotNegative();
        assertThat(self.memlockLimit().hard()).isGreaterThanOrEqualTo(self.memlockLimit().soft());
    }

    @Test
    void theRootIsMounted() throws IOException {
        assertThat(self.mounts()).anyMatch(mount -> mount.mountPoint().equals("/"));
    }

    @Test
    void usageIsReadFromStatus() throws IOException {
        String status = "Name:\tjava\nVmPeak:\t   9000 kB\nVmLck:\t      64 kB\nVmPin:\t    1024 kB\nVmHWM:\t 5 kB\n";
        assertThat(MemlockText.usage("s", status)).isEqualTo(new MemlockUsage(1024 * 1024, 64 * 1024));
    }

    @Test
    void aStatusWithoutTheLineOrWithoutASizeIsNamed() {
        assertThatThrownBy(() -> MemlockText.usage("/proc/self/status", "Name:\tjava\nVmLck:\t64 kB\n"))
                .isInstanceOf(MalformedFileException.class)
                .hasMessage("/proc/self/status, line 3: expected a line 'VmPin:', found 'the end of the text'");
        assertThatThrownBy(() -> MemlockText.usage("/proc/self/status", "VmPin:\t  lots\nVmLck:\t64 kB\n"))
                .hasMessageContaining("line 1: expected 'VmPin: SIZE kB'");
    }

    @Test
    void whoMayLockWithoutALimitIsReadFromTheCapabilities() throws IOException {
        assertThat(MemlockText.exempt("s", "Name:\tjava\nCapEff:\t0000000000004000\n")).isTrue();
        assertThat(MemlockText.exempt("s", "CapEff:\tffffffffffffbfff\n")).isFalse();
        assertThatThrownBy(() -> MemlockText.exempt("s", "CapEff:\tall\n"))
                .hasMessageContaining("s, line 1: expected 'CapEff: HEX'");
        assertThat(self.memlockExempt()).isIn(true, false);
    }

    @Test
    void aCapabilityCountsInTheFirstUserNamespaceOnly() {
        assertThat(MemlockText.firstUserNamespace("         0          0 4294967295\n")).isTrue();
        assertThat(MemlockText.firstUserNamespace("")).isTrue();
        assertThat(MemlockText.firstUserNamespace("         0       1000          1\n")).isFalse();
        assertThat(MemlockText.firstUserNamespace("0 0 1000\n1000 1001 64536\n")).isFalse();
    }

    @Test
    void theLimitIsReadFromLimits() throws IOException {
        String head = "Limit                     Soft Limit           Hard Limit           Units     \n";
        String line = "Max locked memory         8388608              unlimited            bytes     \n";
        assertThat(MemlockText.limit("l", head + line)).isEqualTo(new MemlockLimit(8388608, MemlockLimit.UNLIMITED));
        assertThatThrownBy(() -> MemlockText.limit("/proc/self/limits", head))
                .hasMessageContaining("/proc/self/limits, line 2: expected a line 'Max locked memory'");
        assertThatThrownBy(() -> MemlockText.limit("/proc/self/limits", head + "Max locked memory 8388608"))
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> MemlockText.limit("/proc/self/limits", head + line.replace("8388608", "8 million")))
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> MemlockText.limit("/proc/self/limits", head + line.replace("8388608", "eight")))
                .hasMessageContaining("'unlimited'");
    }

    @Test
    void mountsMayHaveAnyNumberOfOptionalFieldsAndEscapedBlanks() throws IOException {
        String text =
                """
                36 35 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
                37 36 0:23 / /dev/shm rw master:1 propagate_from:2 - tmpfs tmpfs rw,size=24684084k
                38 36 0:50 /sub /mnt/guest\\040ram\\134x ro shared:7 - hugetlbfs none rw
                """;
        assertThat(MountInfoText.parse("m", text))
                .containsExactly(
                        new Mount(254, 0, "/", "ext4"),
                        new Mount(0, 23, "/dev/shm", "tmpfs"),
                        new Mount(0, 50, "/mnt/guest ram\\x", "hugetlbfs"));
        assertThat(new Mount(254, 0, "/", "ext4").device()).isEqualTo("fe:00");
        assertThatThrownBy(() -> MountInfoText.parse("/m", text + "39 36 0:50 /sub /mnt ro shared:7\n"))
                .hasMessageContaining("/m, line 4");
    }
}
