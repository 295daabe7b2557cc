package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.Mount;

/** What follows from one memory area, by its permissions, flags, file and file system. */
class AreaTraitsTest {

    private static final FileSystems MOUNTS = FileSystems.of(List.of(
            new Mount(254, 0, "/", "ext4"),
            new Mount(0, 6, "/dev", "devtmpfs"),
            new Mount(0, 24, "/run", "tmpfs"),
            new Mount(0, 40, "/mnt/huge", "hugetlbfs"),
            new Mount(0, 52, "/srv/overlay", "overlay"),
            new Mount(0, 28, "/mnt/ram", "ramfs")));

    private static List<String> labels(MemoryArea area) {
        return AreaTraits.of(area, AreaFile.of(area, MOUNTS), 4096).stream()
                .map(said -> said.value().isEmpty() ? said.name() : said.name() + "=" + said.value())
                .toList();
    }

    private static List<String> evidence(MemoryArea area, FileSystems fileSystems) {
        return AreaTraits.of(area, AreaFile.of(area, fileSystems), 4096).stream().map(Statement::evidence).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rw-p | 00:00 |                                       | gup-able
            rw-p | 00:00 | [heap]                                | gup-able
            rw-p | 00:00 | [anon:guest ram]                      | gup-able
            rw-s | 00:01 | [anon_shmem:guest ram]                | gup-able
            rw-s | 00:01 | /dev/zero (deleted)                   | gup-able
            rw-p | 00:06 | /dev/zero                             | gup-able
            rw-s | 00:01 | /memfd:guest ram (deleted)            | gup-able
            rw-s | 00:01 | /SYSV0000002a (deleted)               | gup-able
            rw-s | 00:17 | /dev/shm/guest                        | gup-able
            rw-s | 00:18 | /run/guest                            | gup-able
            rw-s | 00:28 | /mnt/huge/guest (deleted)             | gup-able
            rw-s | fe:00 | /var/guest.img                        | file-writeback
            rw-s | fe:00 | /var/guest.img (deleted)              | file-writeback
            rw-s | 08:77 | /srv/overlay/guest.img                | file-writeback
            rw-s | 00:1c | /mnt/ram/guest                        | file-writeback
            rw-p | 00:1c | /mnt/ram/guest                        | gup-able
            rw-p | fe:00 | /var/guest.img                        | gup-able
            r--p | fe:00 | /usr/share/qemu/bios.bin              | gup-able read-only
            r--s | fe:00 | /usr/share/qemu/bios.bin              | file-writeback gup-able read-only
            r--p | 00:00 |                                       | gup-able read-only
            ---p | 00:00 |                                       | unbacked
            --xp | 00:00 | [vsyscall]                            | unbacked
            rw-s | 00:0e | /secretmem (deleted)                  | protected
            rw-s | 00:06 | /dev/vfio/devices/vfio0               | device-memory
            r--s | 00:06 | /dev/mem                              | device-memory read-only
            rw-s | 00:0f | anon_inode:[vfio-device]              | device-memory
            rw-s | 00:06 | /dev/dax0.0                           |
            rw-s | 00:0f | anon_inode:[perf_event]               |
            """)
    void theFileAndThePermissionsTell(String permissions, String device, String path, String expected) {
        String header = "7f0000000000-7f0000010000 %s 00000000 %s 17     %s"
                .formatted(permissions, device, path == null ? "" : path);
        assertThat(labels(Smaps.area(header, 4, "rd wr mr mw me ac")))
                .containsExactly(expected == null ? new String[0] : expected.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"pf", "io", "pf io"})
    void theFlagsOfDeviceMemoryBeatTheFilesName(String flags) {
        String header = "7f0000000000-7f0000010000 rw-s 00000000 00:01 17 /memfd:x (deleted)";
        MemoryArea area = Smaps.area(header, 4, "rd " + flags);
        assertThat(labels(area)).containsExactly("device-memory");
    }

    @ParameterizedTest
    @CsvSource({"2048, huge-page=2M", "1048576, huge-page=1G", "64, huge-page=64K", "16777216, huge-page=16G"})
    void largerPagesAreAHugePage(long kilobytes, String expected) {
        String header = "7f0000000000-7f0040000000 rw-s 0 00:28 9 /anon_hugepage (deleted)";
        MemoryArea area = Smaps.area(header, kilobytes, "ht");
        assertThat(labels(area)).containsExactly("gup-able", expected);
    }

    @Test
    void aPageOfTheMachinesSizeIsNoHugePage() {
        MemoryArea area = Smaps.area("7f0000000000-7f0040000000 rw-p 0 00:00 0", 64, "rd");
        assertThat(AreaTraits.of(area, AreaFile.of(area, MOUNTS), 65536)).extracting(Statement::name)
                .containsExactly("gup-able");
    }

    @Test
    void theEvidenceNamesTheAreaItsFileAndItsFlags() {
        MemoryArea bar = Smaps.area(
                "7f0000000000-7f0000010000 rw-s 00000000 00:06 301   /dev/vfio/devices/vfio0", 4, "rd wr sh pf io");
        assertThat(evidence(bar, MOUNTS))
                .containsExactly("memory area 0x7f0000000000-0x7f000000ffff rw-s /dev/vfio/devices/vfio0"
                        + " (VmFlags: io pf rd sh wr) is a mapping of the device file /dev/vfio/devices/vfio0");
    }

    @Test
    void withoutMountsAFileThatOnlyAMountCouldExplainIsTakenForOneWithWriteBack() {
        MemoryArea area = Smaps.area("7f0000000000-7f0000010000 rw-s 00000000 00:18 17 /run/guest", 4, "rd wr sh");
        FileSystems unknown = FileSystems.unknown("/proc/self/mountinfo: permission denied");
        assertThat(AreaTraits.of(area, AreaFile.of(area, unknown), 4096)).singleElement().satisfies(said -> {
            assertThat(said.name()).isEqualTo("file-writeback");
            assertThat(said.evidence()).endsWith("is a shared mapping of a file on a file system that is not known"
                    + " (/proc/self/mountinfo: permission denied)");
        });
    }

    @Test
    void theLongestMountPointAboveThePathDecides() {
        MemoryArea area = Smaps.area("7f0000000000-7f0000010000 rw-s 00000000 99:99 17 /run/a/guest", 4, "rd");
        assertThat(MOUNTS.type(area)).hasValue("tmpfs");
        MemoryArea neighbour = Smaps.area("7f0000000000-7f0000010000 rw-s 00000000 99:99 17 /runs/guest", 4, "rd");
        assertThat(MOUNTS.type(neighbour)).hasValue("ext4");
    }
}
