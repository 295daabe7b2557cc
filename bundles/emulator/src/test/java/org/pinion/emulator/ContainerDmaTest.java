package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.EDU;
import static org.pinion.emulator.ContainerProcess.IVSHMEM;
import static org.pinion.emulator.ContainerProcess.R;
import static org.pinion.emulator.ContainerProcess.RW;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.emulator.pci.DmaFault;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.VfioType1;

/** What a device does through a container's mappings, byte by byte. */
class ContainerDmaTest {

    private static final long BAR_SIZE = 16L << 20;
    private static final long BAR_AT = 2L << 40;

    private final ContainerProcess process = ContainerProcess.onLab();
    private final MemorySegment memory = process.memory(4 * PAGE);
    private final int group = process.ready(0, V2);
    private final int device = process.device(group, EDU);
    private final Edu edu = new Edu(process.kernel, device);

    private void fillAndStart() {
        for (int i = 0; i < 2 * PAGE; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7));
        }
        edu.busMaster(true);
    }

    @Test
    void bytesGoOutAndComeBackAcrossTwoMappings() {
        fillAndStart();
        process.map(memory.address(), PAGE, 0x10000);
        process.map(memory.address() + PAGE, PAGE, 0x10000 + PAGE);
        process.map(memory.address() + 2 * PAGE, PAGE, 0x50000);
        edu.fromMemory(0x10000 + PAGE - 100, 200);
        edu.toMemory(0x50000, 200);
        assertThat(process.kernel.faults()).isEmpty();
        assertThat(memory.asSlice(2 * PAGE, 200).mismatch(memory.asSlice(PAGE - 100, 200))).isEqualTo(-1);
    }

    @Test
    void nothingMovesWhereNothingIsMappedOrAfterAnUnmap() {
        fillAndStart();
        process.map(memory.address(), PAGE, 0x10000);
        edu.fromMemory(0x10000, 16);
        process.unmap(0x10000, PAGE);
        edu.toMemory(0x10000, 16);
        edu.toMemory(0x900000, 16);
        assertThat(process.kernel.faults()).extracting(DmaFault::iova).containsExactly(0x10000L, 0x900000L);
    }

    @Test
    void aReadOnlyMappingStaysUnwritten() {
        fillAndStart();
        process.map(R, memory.address(), PAGE, 0x10000);
        byte before = memory.get(ValueLayout.JAVA_BYTE, 5);
        edu.toMemory(0x10000, 16);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 5)).isEqualTo(before);
        assertThat(process.kernel.faults()).hasSize(1);
    }

    @Test
    void mappingsOfAnMdevOnlyContainerReachADeviceThatJoinsLater() {
        ContainerProcess late = ContainerProcess.onLab();
        MemorySegment buffer = late.memory(2 * PAGE);
        buffer.set(ValueLayout.JAVA_BYTE, 3, (byte) 42);
        late.ready(ContainerProcess.MTTY_GROUP, V2);
        late.map(buffer.address(), 2 * PAGE, 0x10000);
        assertThat(late.lockedKilobytes()).isZero();
        int joined = late.joined(0);
        assertThat(late.lockedKilobytes()).isEqualTo(8);
        Edu other = new Edu(late.kernel, late.device(joined, EDU));
        other.busMaster(true);
        other.fromMemory(0x10000, 16);
        other.toMemory(0x10000 + PAGE, 16);
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, PAGE + 3)).isEqualTo((byte) 42);
    }

    @Test
    void aDevicesMemoryIsMappedByAddressWithoutACharge() throws Exception {
        fillAndStart();
        int shared = process.device(process.joined(2), IVSHMEM);
        MemorySegment bar =
                process.kernel.mmap(BAR_SIZE, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, shared, BAR_AT);
        assertThat(process.map(bar.address(), BAR_SIZE, 0x4000000)).isZero();
        assertThat(process.lockedKilobytes()).isZero();
        process.map(memory.address(), PAGE, 0x10000);
        edu.fromMemory(0x10000, 64);
        edu.toMemory(0x4000000 + 0x12345, 64);
        assertThat(bar.asSlice(0x12345, 64).mismatch(memory.asSlice(0, 64))).isEqualTo(-1);
    }

    @Test
    void aDevicesMemoryThatTheProcessMayNotWriteIsNotWritable() throws Exception {
        int shared = process.device(process.joined(2), IVSHMEM);
        MemorySegment bar = process.kernel.mmap(BAR_SIZE, Mman.PROT_READ, Mman.MAP_SHARED, shared, BAR_AT);
        assertThat(errno(process.map(RW, bar.address(), BAR_SIZE, 0x4000000))).isEqualTo(Errno.EFAULT);
        assertThat(process.map(R, bar.address(), BAR_SIZE, 0x4000000)).isZero();
    }

    @Test
    void theDeviceWorksOnWhileAddressesAreForgotten() {
        fillAndStart();
        process.map(memory.address(), PAGE, 0x10000);
        process.unmap(VfioType1.UNMAP_VADDR, 0x10000, PAGE);
        edu.fromMemory(0x10000, 16);
        assertThat(process.kernel.faults()).isEmpty();
    }
}
