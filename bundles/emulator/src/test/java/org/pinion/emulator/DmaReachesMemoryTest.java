package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.R;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.W;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Mman;

class DmaReachesMemoryTest {

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();
    private final int device = process.attached(0, ioas);
    private final Edu edu = new Edu(process.kernel, device);

    DmaReachesMemoryTest() {
        edu.busMaster(true);
    }

    @Test
    void bytesTravelFromOnePlaceToAnother() {
        MemorySegment memory = process.memory(2 * PAGE);
        memory.setString(100, "through the IOMMU");
        process.map(ioas, memory.address(), 2 * PAGE, 0x100000);
        edu.fromMemory(0x100000 + 100, 18);
        edu.toMemory(0x100000 + PAGE + 7, 18);
        assertThat(memory.getString(PAGE + 7)).isEqualTo("through the IOMMU");
        assertThat(edu.read(0x98) & 1).isZero();
        assertThat(process.kernel.faults()).isEmpty();
    }

    @Test
    void aMappedMemfdIsReached() throws Exception {
        int fd = process.memfd(8 * PAGE);
        assertThat(process.mapFile(ioas, RW | FIXED, fd, 4 * PAGE, 2 * PAGE, 0x1000)).isZero();
        MemorySegment view = process.kernel.mmap(8 * PAGE, 3, Mman.MAP_SHARED, fd, 0);
        view.setString(4 * PAGE + 50, "memfd");
        edu.fromMemory(0x1000 + 50, 6);
        edu.toMemory(0x1000 + PAGE, 6);
        assertThat(view.getString(5 * PAGE)).isEqualTo("memfd");
    }

    @Test
    void aTransferCrossesFromOneMappingToTheNext() {
        MemorySegment memory = process.memory(4 * PAGE);
        process.map(ioas, memory.address() + 3 * PAGE, PAGE, 0);
        process.map(ioas, memory.address(), PAGE, PAGE);
        memory.fill((byte) 1);
        edu.fromMemory(0, 200);
        memory.fill((byte) 0);
        edu.toMemory(PAGE - 100, 200);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4 * PAGE - 100)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 100)).isZero();
    }

    @Test
    void aHoleStopsTheWholeTransfer() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, memory.address(), PAGE, 0);
        memory.fill((byte) 7);
        edu.toMemory(PAGE - 100, 200);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, PAGE - 100)).isEqualTo((byte) 7);
        assertThat(process.kernel.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.reason()).contains("nothing is mapped");
            assertThat(fault.iova()).isEqualTo(PAGE - 100);
            assertThat(fault.device()).isEqualTo("0000:00:10.0");
            assertThat(fault.toMemory()).isTrue();
        });
    }

    @Test
    void aReadOnlyMappingIsNotWritten() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, R | FIXED, memory.address(), PAGE, 0);
        memory.fill((byte) 7);
        edu.toMemory(0, 100);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        assertThat(process.kernel.faults().getFirst().reason()).contains("read-only");
    }

    @Test
    void aWriteOnlyMappingIsNotRead() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, W | FIXED, memory.address(), PAGE, 0);
        edu.fromMemory(0, 100);
        assertThat(process.kernel.faults().getFirst().reason()).contains("not readable");
    }

    @Test
    void withoutBusMasterNothingMoves() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, memory.address(), PAGE, 0);
        memory.fill((byte) 7);
        edu.busMaster(false);
        edu.toMemory(0, 100);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        assertThat(process.kernel.faults().getFirst().reason()).contains("bus master");
    }

    @Test
    void afterUnmapNothingMoves() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, memory.address(), PAGE, 0);
        process.unmap(ioas, 0, PAGE);
        edu.toMemory(0, 100);
        assertThat(process.kernel.faults()).hasSize(1);
    }

    @Test
    void afterDetachNothingMoves() {
        MemorySegment memory = process.memory(PAGE);
        process.map(ioas, memory.address(), PAGE, 0);
        process.detach(device);
        edu.toMemory(0, 100);
        assertThat(process.kernel.faults().getFirst().reason()).contains("attached to no address space");
    }

    @Test
    void pinnedPagesAreReachedAfterTheProcessUnmappedThem() {
        MemorySegment memory = process.memory(PAGE);
        memory.setString(0, "still here");
        process.map(ioas, memory.address(), PAGE, 0);
        process.kernel.munmap(memory);
        MemorySegment other = process.memory(PAGE);
        process.map(ioas, other.address(), PAGE, PAGE);
        edu.fromMemory(0, 11);
        edu.toMemory(PAGE, 11);
        assertThat(other.getString(0)).isEqualTo("still here");
    }

    @Test
    void theDeviceKeepsToItsBuffer() {
        MemorySegment memory = process.memory(2 * PAGE);
        process.map(ioas, memory.address(), 2 * PAGE, 0);
        edu.toMemory(0, 4097);
        assertThat(process.kernel.faults().getFirst().reason()).contains("0x40000-0x40fff");
    }
}
