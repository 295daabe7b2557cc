package org.pinion.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.uapi.Vfio;

class VfioDeviceTest {

    private final RecordedKernel recorded = new RecordedKernel();
    private final LongAdder ioctls = new LongAdder();

    private VfioDevice open() throws ErrnoException {
        return VfioDevice.open(recorded.kernel(), "0000:00:10.0", "/dev/vfio/devices/vfio3", ioctls);
    }

    @Test
    void aDeviceThatCannotBeOpenedIsNamed() {
        recorded.openAnswer = Errno.EACCES.answer();
        assertThatThrownBy(this::open)
                .isInstanceOf(ErrnoException.class)
                .hasMessage("open /dev/vfio/devices/vfio3 of 0000:00:10.0: EACCES (Permission denied)");
    }

    @Test
    void whatIsWrittenIsReadBackFromTheSamePlace() throws IOException {
        try (VfioDevice device = open();
                Arena arena = Arena.ofConfined()) {
            device.write(RecordedKernel.BAR, 8, arena.allocateFrom(ValueLayout.JAVA_INT, 0x11223344));
            MemorySegment back = arena.allocate(4);
            device.read(RecordedKernel.BAR, 8, back);
            assertThat(back.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x11223344);
            assertThat(recorded.regions[RecordedKernel.BAR]).containsSequence(0x44, 0x33, 0x22, 0x11);
        }
    }

    @Test
    void memoryOfTheJavaHeapGoesThroughABuffer() throws IOException {
        try (VfioDevice device = open()) {
            device.write(RecordedKernel.BAR, 0, MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
            byte[] back = new byte[4];
            device.read(RecordedKernel.BAR, 0, MemorySegment.ofArray(back));
            assertThat(back).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void aRegionIsAskedAboutOnce() throws IOException {
        try (VfioDevice device = open()) {
            device.read(RecordedKernel.BAR, 0, MemorySegment.ofArray(new byte[4]));
            device.read(RecordedKernel.BAR, 4, MemorySegment.ofArray(new byte[4]));
            assertThat(Collections.frequency(recorded.calls, "ioctl")).isEqualTo(1);
            assertThat(ioctls.sum()).isEqualTo(1);
        }
    }

    @Test
    void anAccessThatEndsOutsideIsRefusedBeforeTheKernelIsAsked() throws IOException {
        try (VfioDevice device = open()) {
            MemorySegment four = MemorySegment.ofArray(new byte[4]);
            device.read(RecordedKernel.BAR, 12, four);
            int before = recorded.calls.size();
            assertThatThrownBy(() -> device.read(RecordedKernel.BAR, 13, four))
                    .hasMessage("read 0x4 bytes at 0xd of region 0 of 0000:00:10.0: the region ends at 0x10");
            assertThatThrownBy(() -> device.write(RecordedKernel.BAR, -2, four)).hasMessageContaining("the"
                    + " region ends at 0x10");
            assertThat(recorded.calls).hasSize(before);
        }
    }

    @Test
    void aRegionThatIsNotThereIsRefused() throws IOException {
        try (VfioDevice device = open()) {
            MemorySegment four = MemorySegment.ofArray(new byte[4]);
            assertThatThrownBy(() -> device.read(RecordedKernel.ABSENT, 0, four)).hasMessageContaining("does"
                    + " not have the region");
            assertThatThrownBy(() -> device.read(99, 0, four))
                    .hasMessage("ask about region 99 of 0000:00:10.0: EINVAL (Invalid argument)");
        }
    }

    @Test
    void theDirectionsThatARegionLacksAreRefused() throws IOException {
        try (VfioDevice device = open()) {
            MemorySegment four = MemorySegment.ofArray(new byte[4]);
            assertThatThrownBy(() -> device.write(RecordedKernel.READ_ONLY, 0, four))
                    .hasMessageContaining("cannot be written");
            assertThatThrownBy(() -> device.read(RecordedKernel.WRITE_ONLY, 0, four))
                    .hasMessageContaining("cannot be read");
            assertThat(recorded.calls).doesNotContain("pread", "pwrite");
        }
    }

    @Test
    void aShortTransferIsAnError() throws IOException {
        try (VfioDevice device = open()) {
            recorded.shortBy = 1;
            assertThatThrownBy(() -> device.read(RecordedKernel.BAR, 0, MemorySegment.ofArray(new byte[4])))
                    .hasMessage("read 0x4 bytes at 0x0 of region 0 of 0000:00:10.0: the device moved 0x3 bytes only");
        }
    }

    @Test
    void aDeviceThatDoesNotAnswerIsNamed() throws IOException {
        try (VfioDevice device = open()) {
            recorded.transferAnswer = Errno.EIO.answer();
            assertThatThrownBy(() -> device.write(RecordedKernel.BAR, 4, MemorySegment.ofArray(new byte[4])))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            failure -> assertThat(failure.errno()).isEqualTo(Errno.EIO))
                    .hasMessageStartingWith("write 0x4 bytes at 0x4 of region 0 of 0000:00:10.0: EIO");
        }
    }

    @Test
    void itIsClosedOnceAndThenAnswersNothing() throws IOException {
        VfioDevice device = open();
        assertThat(device.fd()).isEqualTo(RecordedKernel.FD);
        device.close();
        device.close();
        assertThat(device.fd()).isEqualTo(-1);
        assertThat(Collections.frequency(recorded.calls, "close")).isEqualTo(1);
        assertThatThrownBy(() -> device.read(RecordedKernel.BAR, 0, MemorySegment.ofArray(new byte[4])))
                .hasMessageContaining("EBADF");
    }

    @Test
    @Timeout(20)
    void closingWaitsForTheAccessThatIsUnderWay() throws Exception {
        VfioDevice device = open();
        device.region(RecordedKernel.BAR);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        recorded.duringTransfer = () -> {
            reading.countDown();
            await(mayReturn);
        };
        Thread reader = Thread.ofPlatform().start(() -> readOrThrow(device));
        await(reading);
        Thread closer = Thread.ofPlatform().start(() -> closeOrThrow(device));
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(recorded.calls).doesNotContain("close");
        mayReturn.countDown();
        reader.join();
        closer.join();
        assertThat(recorded.calls).endsWith("pread", "close");
    }

    private static void readOrThrow(VfioDevice device) {
        try {
            device.read(RecordedKernel.BAR, 0, MemorySegment.ofArray(new byte[4]));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void closeOrThrow(VfioDevice device) {
        try {
            device.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void theDescriptorIsGoneEvenIfTheKernelComplains() throws IOException {
        VfioDevice device = open();
        recorded.closeAnswer = Errno.EIO.answer();
        assertThatThrownBy(device::close).hasMessage("close of 0000:00:10.0: EIO (Input/output error)");
        device.close();
        assertThat(Collections.frequency(recorded.calls, "close")).isEqualTo(1);
    }

    @Test
    void itIsResetAndTellsWhetherItCan() throws IOException {
        try (VfioDevice device = open()) {
            assertThat(device.flags()).isEqualTo(Vfio.DEVICE_PCI | Vfio.DEVICE_RESETTABLE);
            device.reset();
            assertThat(ioctls.sum()).isEqualTo(2);
            recorded.ioctlAnswer = Errno.ENOTTY.answer();
            assertThatThrownBy(device::reset).hasMessageStartingWith("reset of 0000:00:10.0: ENOTTY");
        }
    }

    @Test
    void theCommandRegisterChangesBitByBit() throws IOException {
        try (VfioDevice device = open()) {
            byte[] config = recorded.regions[Vfio.PCI_CONFIG_REGION];
            System.arraycopy(new byte[] {0x34, 0x12, (byte) 0xe8, 0x11, 0x01, 0x04}, 0, config, 0, 6);
            PciConfigSpace pci = device.configSpace();
            assertThat(pci.vendorId()).isEqualTo(0x1234);
            assertThat(pci.deviceId()).isEqualTo(0x11e8);
            pci.busMaster(true);
            pci.memoryEnabled(true);
            assertThat(config[4]).isEqualTo((byte) 0x07);
            assertThat(pci.busMaster()).isTrue();
            pci.busMaster(false);
            assertThat(pci.busMaster()).isFalse();
            assertThat(pci.memoryEnabled()).isTrue();
            assertThat(config[5]).isEqualTo((byte) 0x04);
        }
    }
}
