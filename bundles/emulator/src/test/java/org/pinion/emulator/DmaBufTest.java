package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.R;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceFeature;
import org.pinion.linux.uapi.VfioDeviceFeatureDmaBuf;
import org.pinion.linux.uapi.VfioRegionDmaRange;

/** Exporting BARs and mapping them for other devices (drivers/vfio/pci/vfio_pci_dmabuf.c). */
class DmaBufTest {

    private static final int GET = Vfio.FEATURE_GET | Vfio.FEATURE_DMA_BUF;
    private static final long BAR_SIZE = 16L << 20;
    private static final long BAR2 = 2L << 40;
    private static final long COMMAND = (7L << 40) + 4;
    private static final long IOVA = 0x1000_0000L;

    private static final String RESETTABLE = """
            devices:
              - {address: '0000:00:10.0', model: edu, group: 1}
              - {address: '0000:00:12.0', model: ivshmem, group: 2, reset: true}
            """;

    private final Process process = Process.onLab();
    private final EmulatedKernel kernel = process.kernel;
    private final int ioas = process.ioas();
    private final int memory = process.bound(2);
    private final MemorySegment word = Arena.ofAuto().allocate(8, 8);

    private Edu edu() {
        Edu edu = new Edu(kernel, process.attached(0, ioas));
        edu.busMaster(true);
        return edu;
    }

    private int map(int buffer, long start, long length) {
        return process.mapFile(ioas, RW | FIXED, buffer, start, length, IOVA);
    }

    private long barAt(long offset) {
        kernel.pread(memory, word, BAR2 + offset);
        return word.get(ValueLayout.JAVA_LONG, 0);
    }

    private void barAt(long offset, long value) {
        word.set(ValueLayout.JAVA_LONG, 0, value);
        kernel.pwrite(memory, word, BAR2 + offset);
    }

    private void decode(boolean on) {
        word.set(ValueLayout.JAVA_SHORT, 0, (short) (on ? 2 : 0));
        kernel.pwrite(memory, word.asSlice(0, 2), COMMAND);
    }

    @Test
    void aDeviceReachesTheMemoryOfAnother() {
        Edu edu = edu();
        assertThat(map(process.export(memory, 2, PAGE, 4 * PAGE), PAGE, 2 * PAGE)).isZero();
        barAt(2 * PAGE, 0x1122334455667788L);

        edu.fromMemory(IOVA, 8);
        edu.toMemory(IOVA + PAGE + 8, 8);

        assertThat(barAt(3 * PAGE + 8)).isEqualTo(0x1122334455667788L);
        assertThat(kernel.faults()).isEmpty();
    }

    @Test
    void whatIsMappedForReadingIsNotWritten() {
        Edu edu = edu();
        int buffer = process.export(memory, 2, 0, PAGE);
        assertThat(process.mapFile(ioas, R | FIXED, buffer, 0, PAGE, IOVA)).isZero();
        barAt(0, 7);

        edu.toMemory(IOVA, 8);

        assertThat(barAt(0)).isEqualTo(7);
        assertThat(kernel.faults().getLast().reason()).isEqualTo("the mapping is read-only");
    }

    @Test
    void deviceMemoryIsNeitherPinnedNorCharged() throws Exception {
        edu();
        assertThat(map(process.export(memory, 2, 0, BAR_SIZE), 0, BAR_SIZE)).isZero();
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(process.unmap(ioas, IOVA, BAR_SIZE)).isEqualTo(BAR_SIZE);
    }

    @Test
    void aBufferThatIsClosedStaysMapped() {
        Edu edu = edu();
        int buffer = process.export(memory, 2, 0, PAGE);
        assertThat(map(buffer, 0, PAGE)).isZero();
        kernel.close(buffer);
        barAt(0, 5);

        edu.fromMemory(IOVA, 8);

        assertThat(kernel.faults()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, 0,    0x1000,    true",
        "2, 0x800, 0x1000,   false",
        "2, 0,    0x800,     false",
        "2, 0,    0,         false",
        "2, 0,    0x1001000, false",
        "2, 0x1000000, 0x1000, false",
        "2, -4096, 0x2000,   false",
        "0, 0,    0x1000,    false",
    })
    void onlyWholePagesInsideTheBarAreExported(int bar, long offset, long length, boolean exported) {
        int answer = process.export(memory, bar, offset, length);
        assertThat(answer >= 0 ? 0 : errno(answer)).isEqualTo(exported ? 0 : Errno.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"1, ENODEV", "6, ENODEV", "-1, ENODEV"})
    void whatIsNoBarIsNotExported(int region, Errno errno) {
        assertThat(errno(process.export(memory, region, 0, PAGE))).isEqualTo(errno);
    }

    @Test
    void theRequestItselfIsChecked() {
        assertThat(errno(process.export(memory, Vfio.FEATURE_GET | Vfio.FEATURE_SET | Vfio.FEATURE_DMA_BUF, 2, 0, PAGE)))
                .isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(memory, GET | 1 << 20, 2, 0, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(memory, Vfio.FEATURE_DMA_BUF, 2, 0, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(memory, Vfio.FEATURE_SET | Vfio.FEATURE_DMA_BUF, 2, 0, PAGE)))
                .isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(memory, Vfio.FEATURE_GET | 3, 2, 0, PAGE))).isEqualTo(Errno.ENOTTY);
        assertThat(process.export(memory, GET | Vfio.FEATURE_PROBE, 2, 0, PAGE)).isZero();
        VfioDeviceFeature feature = Process.exportRequest(2, 0, PAGE);
        VfioDeviceFeatureDmaBuf buffer = new VfioDeviceFeatureDmaBuf(feature.data());
        buffer.nrRanges(0);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, feature.memory()))).isEqualTo(Errno.EINVAL);
        buffer.nrRanges(1).flags(1);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, feature.memory()))).isEqualTo(Errno.EINVAL);
        feature.declareSize(VfioDeviceFeature.SIZE - 1);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, feature.memory()))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(process.openDevice(1), 0, 0, PAGE))).as("not bound").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.export(process.bound(3), 0, 0, PAGE))).as("an mdev").isEqualTo(Errno.ENOTTY);
    }

    @Test
    void aMappingMustLieInsideTheBuffer() {
        int buffer = process.export(memory, 2, 0, 2 * PAGE);
        assertThat(errno(map(buffer, PAGE, 2 * PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(map(buffer, 3 * PAGE, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(map(buffer, 0, 0))).isEqualTo(Errno.EINVAL);
        assertThat(map(buffer, PAGE, PAGE)).isZero();
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.EEXIST);
    }

    @Test
    void memoryTurnedOffIsGoneForGoodAndOnlyAMappingMadeAfterwardsLeadsThere() {
        Edu edu = edu();
        int buffer = process.export(memory, 2, 0, PAGE);
        map(buffer, 0, PAGE);

        decode(false);
        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).hasSize(1);
        assertThat(kernel.faults().getLast().reason()).isEqualTo("nothing is mapped there");
        assertThat(errno(map(buffer, 0, PAGE))).as("the buffer is looked at first").isEqualTo(Errno.ENODEV);

        decode(true);
        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).hasSize(2);
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.EEXIST);

        assertThat(process.unmap(ioas, IOVA, PAGE)).isEqualTo(PAGE);
        assertThat(map(buffer, 0, PAGE)).isZero();
        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).hasSize(2);
    }

    @Test
    void aBufferExportedWhileMemoryIsOffCanBeMappedWhenItIsBack() {
        decode(false);
        int buffer = process.export(memory, 2, 0, PAGE);
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.ENODEV);
        decode(true);
        assertThat(map(buffer, 0, PAGE)).isZero();
    }

    @Test
    void aResetTakesMappingsAwayAndLeavesTheBufferUsable() {
        Process other = Process.on(RESETTABLE);
        int target = other.ioas();
        Edu edu = new Edu(other.kernel, other.attached(0, target));
        edu.busMaster(true);
        int resettable = other.bound(1);
        int buffer = other.export(resettable, 2, 0, PAGE);
        assertThat(other.mapFile(target, RW | FIXED, buffer, 0, PAGE, IOVA)).isZero();

        assertThat(other.kernel.ioctl(resettable, Vfio.DEVICE_RESET, 0L)).isZero();

        edu.fromMemory(IOVA, 8);
        assertThat(other.kernel.faults()).hasSize(1);
        other.unmap(target, IOVA, PAGE);
        assertThat(other.mapFile(target, RW | FIXED, buffer, 0, PAGE, IOVA)).isZero();
    }

    @Test
    void aResetDoesNotGiveBackWhatWasTakenAwayWithTheMemory() {
        Process other = Process.on(RESETTABLE);
        int resettable = other.bound(1);
        int buffer = other.export(resettable, 2, 0, PAGE);
        word.fill((byte) 0);
        other.kernel.pwrite(resettable, word.asSlice(0, 2), COMMAND);
        assertThat(other.kernel.ioctl(resettable, Vfio.DEVICE_RESET, 0L)).isZero();
        assertThat(errno(other.mapFile(other.ioas(), RW | FIXED, buffer, 0, PAGE, IOVA))).isEqualTo(Errno.ENODEV);
        word.set(ValueLayout.JAVA_SHORT, 0, (short) 2);
        other.kernel.pwrite(resettable, word.asSlice(0, 2), COMMAND);
        assertThat(other.mapFile(other.ioas(), RW | FIXED, buffer, 0, PAGE, IOVA)).isZero();
    }

    @Test
    void whatIsClosedAndStillMappedIsTakenAwayToo() {
        Edu edu = edu();
        int buffer = process.export(memory, 2, 0, PAGE);
        assertThat(map(buffer, 0, PAGE)).isZero();
        kernel.close(buffer);
        System.gc();
        decode(false);
        decode(true);
        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).hasSize(1);
    }

    @Test
    void severalPartsAreExportedTogetherButNotMapped() {
        assertThat(exportTwo(0, PAGE, 0x800, PAGE)).as("the second is no page").isEqualTo(Errno.EINVAL);
        assertThat(exportTwo(0, PAGE, BAR_SIZE, PAGE)).as("the second is outside").isEqualTo(Errno.EINVAL);
        VfioDeviceFeature two = two(0, PAGE, 4 * PAGE, 2 * PAGE);
        int buffer = kernel.ioctl(memory, Vfio.DEVICE_FEATURE, two.memory());
        assertThat(buffer).isPositive();
        assertThat(errno(map(buffer, 0, 4 * PAGE))).as("past the end of both").isEqualTo(Errno.EINVAL);
        assertThat(errno(map(buffer, 0, 3 * PAGE))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(map(buffer, 0, PAGE))).as("of the first alone too").isEqualTo(Errno.EOPNOTSUPP);
        decode(false);
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.ENODEV);
    }

    @Test
    void morePartsThanTheKernelCopiesAtOnceAreRefused() {
        VfioDeviceFeature feature = Process.exportRequest(2, 0, PAGE);
        new VfioDeviceFeatureDmaBuf(feature.data()).nrRanges(-1);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, feature.memory()))).isEqualTo(Errno.ENOMEM);
        new VfioDeviceFeatureDmaBuf(feature.data()).nrRanges(2);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, feature.memory()))).isEqualTo(Errno.EFAULT);
    }

    private Object exportTwo(long offset, long length, long secondOffset, long secondLength) {
        VfioDeviceFeature two = two(offset, length, secondOffset, secondLength);
        return errno(kernel.ioctl(memory, Vfio.DEVICE_FEATURE, two.memory()));
    }

    private static VfioDeviceFeature two(long offset, long length, long secondOffset, long secondLength) {
        int bytes = VfioDeviceFeatureDmaBuf.SIZE + 2 * VfioRegionDmaRange.SIZE;
        VfioDeviceFeature feature = VfioDeviceFeature.allocate(Arena.ofAuto(), bytes).flags(GET);
        VfioDeviceFeatureDmaBuf buffer = new VfioDeviceFeatureDmaBuf(feature.data()).regionIndex(2).nrRanges(2);
        buffer.range(0).offset(offset).length(length);
        buffer.range(1).offset(secondOffset).length(secondLength);
        return feature;
    }

    @Test
    void aResetThatTheDeviceHasNotTakesNothingAway() {
        Edu edu = edu();
        map(process.export(memory, 2, 0, PAGE), 0, PAGE);
        assertThat(errno(kernel.ioctl(memory, Vfio.DEVICE_RESET, 0L))).isEqualTo(Errno.EINVAL);
        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).isEmpty();
    }

    @Test
    void closingTheDeviceTakesTheBufferAwayForEver() {
        Edu edu = edu();
        int buffer = process.export(memory, 2, 0, PAGE);
        map(buffer, 0, PAGE);

        kernel.close(memory);

        edu.fromMemory(IOVA, 8);
        assertThat(kernel.faults()).hasSize(1);
        process.unmap(ioas, IOVA, PAGE);
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.ENODEV);
        process.bound(2);
        assertThat(errno(map(buffer, 0, PAGE))).isEqualTo(Errno.ENODEV);
    }

    @Test
    void aPageTableThatComesLaterPassesOverWhatWasRevoked() {
        int buffer = process.export(memory, 2, 0, PAGE);
        map(buffer, 0, PAGE);
        decode(false);

        edu().fromMemory(IOVA, 8);

        assertThat(kernel.faults()).hasSize(1);
    }

    @Test
    void registersAreExportedAndAnswerNoPeer() {
        Edu edu = edu();
        int other = process.bound(1);
        assertThat(map(process.export(other, 0, 0, PAGE), 0, PAGE)).isZero();

        edu.toMemory(IOVA, 8);

        assertThat(kernel.faults().getLast().reason()).contains("a device's registers, which answer no peer");
    }

    @Test
    void linux612ExportsNothingAndMapsNoFiles() {
        Process old = Process.on("""
                interface: 6.12
                devices: [{address: '0000:00:12.0', model: ivshmem, group: 1}]
                """);
        assertThat(old.kernel.description()).isEqualTo("Linux 6.12.117 emulated in Java");
        assertThat(errno(old.export(old.bound(0), 2, 0, PAGE))).isEqualTo(Errno.ENOTTY);
        assertThat(errno(old.mapFile(old.ioas(), RW | FIXED, old.memfd(PAGE), 0, PAGE, 0))).isEqualTo(Errno.ENOTTY);
    }
}
