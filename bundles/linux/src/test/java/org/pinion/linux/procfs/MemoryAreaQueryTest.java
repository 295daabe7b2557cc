package org.pinion.linux.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;

/** The kernel confirms an area of this process as long as nothing about it is different. */
class MemoryAreaQueryTest {

    private static final long LENGTH = 4 * 4096;

    private final NativeKernel kernel = new NativeKernel();
    private final MemoryAreaQuery query = new MemoryAreaQuery(kernel);
    private int fd;
    private MemorySegment memory;

    @BeforeEach
    void map() throws ErrnoException {
        fd = ErrnoException.check("memfd_create", kernel.memfdCreate("asked about", Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, LENGTH));
        memory = kernel.mmap(LENGTH, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0);
    }

    @AfterEach
    void close() {
        query.close();
        kernel.close(fd);
    }

    private MemoryArea area() throws IOException {
        return new ProcessMemory(kernel).areas().stream()
                .filter(area -> area.start() == memory.address())
                .findFirst()
                .orElseThrow();
    }

    private static void assumeAnswers(boolean confirmed) {
        int[] version = Stream.of(System.getProperty("os.version").split("[^0-9]+"))
                .limit(2)
                .mapToInt(Integer::parseInt)
                .toArray();
        assumeTrue(version[0] > 6 || version[0] == 6 && version[1] >= 11 || confirmed, "Linux 6.11 or later");
    }

    @Test
    void anAreaIsConfirmedUntilItIsUnmapped() throws IOException {
        MemoryArea area = area();
        boolean confirmed = query.confirms(area);
        assumeAnswers(confirmed);

        assertThat(confirmed).isTrue();
        kernel.munmap(memory);
        assertThat(query.confirms(area)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "last", "permissions", "offset", "device", "inode", "path", "page size"})
    void anAreaThatIsNotTheSameIsNotConfirmed(String what) throws IOException {
        MemoryArea area = area();

        assertThat(query.confirms(new MemoryArea(
                        area.start() + (what.equals("start") ? 4096 : 0),
                        area.last() + (what.equals("last") ? 4096 : 0),
                        what.equals("permissions") ? "rw-p" : area.permissions(),
                        area.offset() + (what.equals("offset") ? 4096 : 0),
                        what.equals("device") ? "fe:01" : area.device(),
                        area.inode() + (what.equals("inode") ? 1 : 0),
                        what.equals("path") ? "/memfd:asked abouT (deleted)" : area.path(),
                        Map.of("KernelPageSize", what.equals("page size") ? 1L << 21 : area.kernelPageSize()),
                        Set.of())))
                .isFalse();
    }
}
