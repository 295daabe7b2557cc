package org.pinion.linux.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.pinion.linux.MalformedFileException;

/** {@code smaps}: areas as kernels print them, and texts that are none. */
class SmapsTest {

    private static final String BAR =
            """
            7f2d4c000000-7f2d4d000000 rw-s 20000000000 00:06 301                     /dev/vfio/devices/vfio0
            Size:              16384 kB
            KernelPageSize:        4 kB
            MMUPageSize:           4 kB
            Rss:                   0 kB
            THPeligible:           0
            VmFlags: rd wr sh mr mw me ms pf io de dd\s
            """;
    private static final String HUGE =
            """
            7f2d50000000-7f2d50400000 rw-s 00200000 00:0f 99                         /dev/hugepages/guest ram (deleted)
            Size:               4096 kB
            KernelPageSize:     2048 kB
            MMUPageSize:        2048 kB
            ProtectionKey:         0
            SomethingNew: of a kernel yet to come
            VmFlags: rd wr sh mr mw me ms de ht\s
            """;
    private static final String VSYSCALL =
            """
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            Size:                  4 kB
            VmFlags: ex\s
            """;
    private static final String ANONYMOUS =
            """
            7f2d60000000-7f2d60001000 r--p 00000000 00:00 0\s
            Size:                  4 kB
            VmFlags:\s
            """;

    private static List<MemoryArea> parse(String text) throws MalformedFileException {
        return ProcessMemory.parseAreas("/proc/self/smaps", text);
    }

    @Test
    void aBarMappingIsReadWhole() throws IOException {
        assertThat(parse(BAR))
                .containsExactly(new MemoryArea(
                        0x7f2d4c000000L,
                        0x7f2d4cffffffL,
                        "rw-s",
                        0x20000000000L,
                        "00:06",
                        301,
                        "/dev/vfio/devices/vfio0",
                        Map.of("Size", 16777216L, "KernelPageSize", 4096L, "MMUPageSize", 4096L, "Rss", 0L),
                        Set.of("rd", "wr", "sh", "mr", "mw", "me", "ms", "pf", "io", "de", "dd")));
    }

    @Test
    void areasComeInTheirOrderAndLinesNotKnownAreSkipped() throws IOException {
        List<MemoryArea> areas = parse(BAR + HUGE + ANONYMOUS + VSYSCALL);
        assertThat(areas).hasSize(4);
        assertThat(areas.get(1).kernelPageSize()).isEqualTo(2 << 20);
        assertThat(areas.get(1).mmuPageSize()).isEqualTo(2 << 20);
        assertThat(areas.get(1).sizes()).containsOnlyKeys("Size", "KernelPageSize", "MMUPageSize");
    }

    @Test
    void aPathMayHaveBlanksAndBeDeleted() throws IOException {
        assertThat(parse(HUGE).getFirst().path()).isEqualTo("/dev/hugepages/guest ram (deleted)");
    }

    @Test
    void anAreaMayHaveNoPathAndNoFlags() throws IOException {
        MemoryArea area = parse(ANONYMOUS).getFirst();
        assertThat(area.path()).isEmpty();
        assertThat(area.vmFlags()).isEmpty();
        assertThat(area.kernelPageSize()).isZero();
        assertThat(area.readable()).isTrue();
        assertThat(area.writable()).isFalse();
        assertThat(area.shared()).isFalse();
        assertThat(area).hasToString("0x7f2d60000000-0x7f2d60000fff r--p");
    }

    @Test
    void addressesAreUnsigned() throws IOException {
        MemoryArea area = parse(VSYSCALL).getFirst();
        assertThat(area.start()).isEqualTo(0xffffffffff600000L);
        assertThat(area.last()).isEqualTo(0xffffffffff600fffL);
        assertThat(area.readable()).isFalse();
    }

    @Test
    void anAreaMayEndAtTheLastAddress() throws IOException {
        assertThat(parse("fffffffffffff000-0 ---p 00000000 00:00 0\nVmFlags:\n").getFirst().last()).isEqualTo(-1L);
    }

    @Test
    void emptyTextHasNoAreas() throws IOException {
        assertThat(parse("")).isEmpty();
    }

    @Property
    void aTextCutShortIsRefusedWhereverItIsCut(@ForAll @IntRange(min = 1, max = 2000) int length) throws IOException {
        String text = BAR + HUGE + VSYSCALL;
        int cut = length % text.length();
        boolean atTheEndOfAnArea = cut == 0 || cut == BAR.length() || cut == BAR.length() + HUGE.length();
        if (atTheEndOfAnArea) {
            parse(text.substring(0, cut));
        } else {
            assertThatThrownBy(() -> parse(text.substring(0, cut))).isInstanceOf(MalformedFileException.class);
        }
    }

    @Test
    void aTextCutShortSaysWhere() {
        assertThatThrownBy(() -> parse(BAR + HUGE.substring(0, HUGE.indexOf("VmFlags"))))
                .hasMessage("/proc/self/smaps, line 13: expected 'VmFlags:' of the area that begins in line 8, found"
                        + " 'the end of the text'");
        assertThatThrownBy(() -> parse(BAR.substring(0, BAR.length() - 4)))
                .hasMessageContaining("line 7: expected a line that ends");
    }

    @Test
    void aLineThatIsNoHeaderIsNamed() {
        List<String> wrong = List.of(
                "7f2d60000000 r--p 00000000 00:00 0",
                "7f2d60001000-7f2d60000000 r--p 00000000 00:00 0",
                "7f2d60000000-7f2d60000000 r--p 00000000 00:00 0",
                "7f2d60000000-7f2d60001000 rp 00000000 00:00 0",
                "7f2d60000000-7f2d60001000 r--p 00000000 00:00",
                "7f2d6000000g-7f2d60001000 r--p 00000000 00:00 0",
                "something else");
        for (String header : wrong) {
            assertThatThrownBy(() -> parse(header + "\nVmFlags: rd\n"))
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessage("/proc/self/smaps, line 1: expected 'START-END PERMISSIONS OFFSET DEVICE INODE PATH',"
                            + " found '" + header + "'");
        }
    }

    @Test
    void aLineOutsideAnAreaAndAnEmptyLineAreNamed() {
        assertThatThrownBy(() -> parse("Size: 4 kB\n")).hasMessageContaining("expected the header of an area");
        assertThatThrownBy(() -> parse(BAR + "\n")).hasMessageContaining("line 8");
        assertThatThrownBy(() -> parse(ANONYMOUS.replace("4 kB", "four kB"))).hasMessageContaining("'NAME: SIZE kB'");
    }
}
