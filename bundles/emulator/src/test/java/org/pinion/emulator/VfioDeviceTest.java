package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceInfo;
import org.pinion.linux.uapi.VfioRegionInfo;

class VfioDeviceTest {

    private static final long CONFIG = 7L << 40;

    private final Process process = Process.onLab();
    private final EmulatedKernel kernel = process.kernel;
    private final MemorySegment word = Arena.ofAuto().allocate(8, 8);

    private int configWord(int device, long offset) {
        kernel.pread(device, word.asSlice(0, 4), CONFIG + offset);
        return word.get(ValueLayout.JAVA_INT, 0);
    }

    private void writeConfig(int device, long offset, int value) {
        word.set(ValueLayout.JAVA_INT, 0, value);
        kernel.pwrite(device, word.asSlice(0, 4), CONFIG + offset);
    }

    @Test
    void aDeviceIsAPciFunctionThatCanBeResetIfItHasAResetOfItsOwn() {
        Process other = onOneThatResets();
        VfioDeviceInfo info = VfioDeviceInfo.allocate(Arena.ofAuto());
        assertThat(other.kernel.ioctl(other.bound(0), Vfio.DEVICE_GET_INFO, info.memory())).isZero();
        assertThat(info.flags()).isEqualTo(Vfio.DEVICE_PCI | Vfio.DEVICE_RESETTABLE);
    }

    private static Process onOneThatResets() {
        return Process.on("devices: [{address: '0000:00:10.0', model: edu, group: 1, reset: true}]");
    }

    @Test
    void aDeviceIsAPciFunction() {
        int device = process.bound(0);
        VfioDeviceInfo info = VfioDeviceInfo.allocate(Arena.ofAuto());
        assertThat(kernel.ioctl(device, Vfio.DEVICE_GET_INFO, info.memory())).isZero();
        assertThat(info.flags()).isEqualTo(Vfio.DEVICE_PCI);
        assertThat(info.numRegions()).isEqualTo(9);
        info.declareSize(15);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_GET_INFO, info.memory()))).isEqualTo(Errno.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0x100000,7", "0,1,0,0", "0,6,0,0", "0,7,256,3", "2,0,256,3", "2,2,0x1000000,7", "3,0,8,3",
        "3,7,256,3"})
    void regionsAreWhatTheModelHas(int number, int index, long size, int flags) {
        int device = process.bound(number);
        VfioRegionInfo info = VfioRegionInfo.allocate(Arena.ofAuto()).index(index);
        assertThat(kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info.memory())).isZero();
        assertThat(info.size()).isEqualTo(size);
        assertThat(info.flags()).isEqualTo(flags);
        assertThat(info.offset()).isEqualTo((long) index << 40);
        assertThat(info.capOffset()).isZero();
    }

    @Test
    void regionsThatNoDeviceHasAreRefused() {
        int device = process.bound(0);
        VfioRegionInfo info = VfioRegionInfo.allocate(Arena.ofAuto()).index(8);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info.memory()))).isEqualTo(Errno.EINVAL);
        info.index(-1);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info.memory()))).isEqualTo(Errno.EINVAL);
        info.index(0).declareSize(31);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, info.memory()))).isEqualTo(Errno.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0,0x11e81234,0x00ff0010", "2,0x11101af4,0x05000001", "3,0x32534348,0x07000210"})
    void configurationSpaceSaysWhatItIs(int number, int ids, int classAndRevision) {
        int device = process.bound(number);
        assertThat(configWord(device, 0)).isEqualTo(ids);
        assertThat(configWord(device, 8)).isEqualTo(classAndRevision);
        writeConfig(device, 0, 0);
        assertThat(configWord(device, 0)).as("it cannot be written").isEqualTo(ids);
    }

    @Test
    void aBarTellsItsSize() {
        int device = process.bound(0);
        writeConfig(device, 0x10, -1);
        assertThat(configWord(device, 0x10)).isEqualTo(0xfff00000);
        writeConfig(device, 0x14, -1);
        assertThat(configWord(device, 0x14)).isZero();
        int ports = process.bound(3);
        writeConfig(ports, 0x10, -1);
        assertThat(configWord(ports, 0x10)).isEqualTo(0xfffffff9);
    }

    @Test
    void theDeviceAnswersWithMemoryEnabledOnly() {
        int device = process.bound(0);
        assertThat(configWord(device, 4) & 7).as("enabled, no bus master").isEqualTo(3);
        writeConfig(device, 4, 0);
        assertThat(errno(kernel.pread(device, word, 0))).isEqualTo(Errno.EIO);
        assertThat(errno(kernel.pwrite(device, word, 0))).isEqualTo(Errno.EIO);
        writeConfig(device, 4, 2);
        assertThat(kernel.pread(device, word, 0)).isEqualTo(8);
    }

    @Test
    void accessEndsWithTheRegion() {
        int device = process.bound(0);
        assertThat(kernel.pread(device, word, CONFIG + 252)).isEqualTo(4);
        assertThat(errno(kernel.pread(device, word, CONFIG + 256))).isEqualTo(Errno.EINVAL);
        assertThat(errno(kernel.pread(device, word, 1L << 40))).isEqualTo(Errno.EINVAL);
        assertThat(errno(kernel.pread(device, word, 9L << 40))).isEqualTo(Errno.EINVAL);
        assertThat(errno(kernel.pread(device, word, -8))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void eduAnswersInItsRegisters() {
        Edu edu = new Edu(kernel, process.bound(0));
        assertThat(edu.read(0)).isEqualTo(0x010000ed);
        edu.write(4, 0x12345678);
        assertThat(edu.read(4)).isEqualTo(~0x12345678);
        edu.write(8, 10);
        assertThat(edu.read(8)).isEqualTo(3628800);
        edu.write(8, -1);
        assertThat(edu.read(8)).isZero();
        assertThat(edu.read(0x1000)).isEqualTo(-1);
    }

    @Test
    void registersAreReadAsWideAsTheyAreAligned() {
        int device = process.bound(0);
        kernel.pread(device, word.asSlice(0, 2), 0);
        assertThat(word.get(ValueLayout.JAVA_SHORT, 0)).as("edu refuses two bytes").isEqualTo((short) -1);
        kernel.pread(device, word.asSlice(0, 8), 0);
        assertThat(word.get(ValueLayout.JAVA_LONG, 0)).as("and eight below 0x80").isEqualTo(-1);
        new Edu(kernel, device).writeLong(0x80, 0x123456789abcdefL);
        kernel.pread(device, word, 0x80);
        assertThat(word.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x123456789abcdefL);
    }

    /** The kernel saves the configuration and writes it again (pci_dev_save_and_disable, pci_dev_restore). */
    @Test
    void resetClearsRegistersAndKeepsTheConfiguration() {
        Process other = onOneThatResets();
        int device = other.bound(0);
        Edu edu = new Edu(other.kernel, device);
        edu.busMaster(true);
        edu.write(4, 0);
        assertThat(other.kernel.ioctl(device, Vfio.DEVICE_RESET, word)).isZero();
        assertThat(edu.read(4)).isZero();
        assertThat(edu.busMaster()).isTrue();
        assertThat(errno(other.kernel.ioctl(device, 0x3b7f, word))).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void aResetDoesNotTurnMemoryOn() {
        Process other = onOneThatResets();
        int device = other.bound(0);
        word.fill((byte) 0);
        other.kernel.pwrite(device, word.asSlice(0, 2), CONFIG + 4);
        assertThat(other.kernel.ioctl(device, Vfio.DEVICE_RESET, 0L)).isZero();
        assertThat(errno(other.kernel.pread(device, word, 0))).isEqualTo(Errno.EIO);
    }

    @Test
    void withoutAResetOfItsOwnItStaysAsItIs() {
        int device = process.bound(0);
        Edu edu = new Edu(kernel, device);
        edu.write(4, 0);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_RESET, 0L))).isEqualTo(Errno.EINVAL);
        assertThat(errno(kernel.ioctl(device, Vfio.DEVICE_RESET, word))).isEqualTo(Errno.EINVAL);
        assertThat(edu.read(4)).isEqualTo(-1);
    }

    @Test
    void aNewOwnerFindsTheDeviceResetIfItHasAReset() {
        Process other = onOneThatResets();
        int device = other.bound(0);
        Edu edu = new Edu(other.kernel, device);
        edu.write(4, 0);
        edu.busMaster(true);
        other.kernel.close(device);
        Edu next = new Edu(other.kernel, other.bound(0));
        assertThat(next.read(4)).isZero();
        assertThat(next.busMaster()).isFalse();
    }

    @Test
    void aNewOwnerOfOneWithoutAResetFindsItsRegistersAsTheyWereAndNoBusMaster() {
        int device = process.bound(0);
        Edu edu = new Edu(kernel, device);
        edu.write(4, 0);
        edu.busMaster(true);
        kernel.close(device);
        Edu next = new Edu(kernel, process.bound(0));
        assertThat(next.read(4)).isEqualTo(-1);
        assertThat(next.busMaster()).isFalse();
    }

    @Test
    void portsOfTheSerialPortKeepWhatIsWritten() {
        int device = process.bound(3);
        word.set(ValueLayout.JAVA_LONG, 0, 0x1122334455667788L);
        assertThat(kernel.pwrite(device, word, 0)).isEqualTo(8);
        word.fill((byte) 0);
        kernel.pread(device, word.asSlice(0, 3), 1);
        assertThat(word.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x556677);
        assertThat(errno(kernel.pread(device, word, PAGE))).isEqualTo(Errno.EINVAL);
    }
}
