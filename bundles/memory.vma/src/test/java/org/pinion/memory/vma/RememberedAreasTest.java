package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.AddressRange;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.MemoryAreaQuery;
import org.pinion.linux.procfs.ProcessMemory;

/** What was read before answers for memory of this process while it is as it was, and not a moment longer. */
class RememberedAreasTest {

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long PAGE = 4096;

    private final NativeKernel kernel = new NativeKernel();
    private final RememberedAreas remembered = new RememberedAreas(kernel);
    private final int fd = kernel.memfdCreate("remembered", Mman.MFD_CLOEXEC);

    @AfterEach
    void close() {
        remembered.close();
        kernel.close(fd);
    }

    private MemorySegment map(long pages) throws ErrnoException {
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, pages * PAGE));
        return kernel.mmap(pages * PAGE, READ_WRITE, Mman.MAP_SHARED, fd, 0);
    }

    private Classification read() throws IOException {
        AreaMap areas = new AreaMap(new ProcessMemory(kernel).areas());
        Classification said = new Classification(
                areas, FileSystems.of(List.of()), PAGE, (area, part) -> List.of());
        remembered.remember(areas, said);
        return said;
    }

    private void assumeConfirmed(MemorySegment memory) throws IOException {
        try (MemoryAreaQuery query = new MemoryAreaQuery(kernel)) {
            MemoryArea area = new ProcessMemory(kernel).areas().stream()
                    .filter(any -> any.start() <= memory.address() && memory.address() <= any.last())
                    .findFirst()
                    .orElseThrow();
            assumeTrue(query.confirms(area), "a kernel that is asked about one area (Linux 6.11 or later)");
        }
    }

    private static List<PlacedSection> sections(MemorySegment memory) {
        return List.of(new PlacedSection(AddressRange.ofSize(0x1000, memory.byteSize()), memory.address()));
    }

    @Test
    void nothingIsAnsweredBeforeAnythingWasRead() throws IOException {
        assertThat(remembered.traits(sections(map(1)))).isEmpty();
    }

    @Test
    void memoryThatIsThereIsAnsweredForAsIfItWereRead() throws IOException {
        MemorySegment memory = map(16);
        memory.fill((byte) 1);
        Classification said = read();
        assumeConfirmed(memory);

        assertThat(remembered.traits(sections(memory))).contains(said.traits(sections(memory)));
        assertThat(remembered.traits(sections(memory.asSlice(PAGE, PAGE)))).isPresent();
    }

    @Test
    void memoryThatWasUnmappedIsNotAnsweredFor() throws IOException {
        MemorySegment memory = map(16);
        memory.fill((byte) 1);
        List<PlacedSection> sections = sections(memory);
        read();
        kernel.munmap(memory);

        assertThat(remembered.traits(sections)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 1024})
    void aFileThatWasCutIsNotAnsweredFor(int pages) throws IOException {
        MemorySegment memory = map(pages);
        memory.fill((byte) 1);
        read();
        kernel.ftruncate(fd, (pages - 1) * PAGE);

        assertThat(remembered.traits(sections(memory))).isEmpty();
        assertThat(remembered.traits(sections(memory.asSlice((pages - 1) * PAGE)))).isEmpty();
    }

    @Test
    void memoryThatWasNeverTouchedIsNotAnsweredFor() throws IOException {
        MemorySegment memory = map(16);
        read();

        assertThat(remembered.traits(sections(memory))).isEmpty();
    }

    @Test
    void memoryMappedAfterTheReadingIsNotAnsweredFor() throws IOException {
        MemorySegment first = map(16);
        read();
        MemorySegment later = map(16);
        later.fill((byte) 1);

        assertThat(remembered.traits(sections(first))).as("joined with its neighbour").isEmpty();
        assertThat(remembered.traits(sections(later))).isEmpty();
    }
}
