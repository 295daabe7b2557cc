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
import org.pinion.linux.Fcntl;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.Iommufd;

class RequestFrameTest {

    private static final int VEVENTQ_ALLOC = 0x3b93;

    private final Process process = Process.onLab();
    private final MemorySegment big = Arena.ofAuto().allocate(64, 8);

    private Object request(int number, MemorySegment argument) {
        return errno(process.kernel.ioctl(process.iommufd, number, argument));
    }

    @ParameterizedTest
    @CsvSource({"0x3b80,8", "0x3b81,12", "0x3b82,24", "0x3b83,40", "0x3b84,32", "0x3b85,40", "0x3b86,24", "0x3b87,24",
        "0x3b8a,32", "0x3b8b,16", "0x3b8c,48", "0x3b8d,32", "0x3b8e,16", "0x3b8f,40", "0x3b90,24", "0x3b91,24",
        "0x3b92,8", "0x3b93,28", "0x3b94,40", "0x3b95,40"})
    void aStructureShorterThanTheKernelsIsRefused(int number, int size) {
        big.set(ValueLayout.JAVA_INT, 0, size - 1);
        assertThat(request(number, big)).isEqualTo(Errno.EINVAL);
        big.set(ValueLayout.JAVA_INT, 0, 0);
        assertThat(request(number, big)).isEqualTo(Errno.EINVAL);
        big.set(ValueLayout.JAVA_INT, 0, size);
        assertThat(request(number, big)).isNotEqualTo(Errno.ENOTTY);
    }

    @ParameterizedTest
    @CsvSource({"0x3b80,8", "0x3b82,24", "0x3b83,40", "0x3b84,32", "0x3b85,40", "0x3b86,24", "0x3b87,24",
        "0x3b8a,40", "0x3b8b,16", "0x3b8c,48", "0x3b8d,32", "0x3b8f,40", "0x3b90,40", "0x3b91,24", "0x3b92,8",
        "0x3b93,32", "0x3b94,40", "0x3b95,40"})
    void whatTheKernelDoesNotKnowMustBeZero(int number, int size) {
        big.set(ValueLayout.JAVA_INT, 0, size + 4);
        assertThat(request(number, big)).isNotEqualTo(Errno.E2BIG);
        big.set(ValueLayout.JAVA_BYTE, size + 3, (byte) 1);
        assertThat(request(number, big)).isEqualTo(Errno.E2BIG);
    }

    /** Flags, a guest's IOMMU, its type, and what follows them. */
    @ParameterizedTest
    @CsvSource({
        "0x3b93, 0, 9, 0, 1, 0,  0, EOPNOTSUPP",
        "0x3b93, 1, 9, 1, 1, 0,  0, EOPNOTSUPP",
        "0x3b93, 0, 9, 1, 0, 0,  0, EINVAL",
        "0x3b93, 0, 9, 1, 1, 0,  0, ENOENT",
        "0x3b93, 0, 9, 1, 0x80000, 0, 0, ENOENT",
        "0x3b93, 0, 9, 1, 0x80001, 0, 0, EINVAL",
        "0x3b93, 0, 1, 1, 1, 0,  0, ENOENT",
        "0x3b94, 0, 9, 0, 0, 0,  1, EOPNOTSUPP",
        "0x3b94, 1, 9, 1, 0, 0,  1, EOPNOTSUPP",
        "0x3b94, 0, 9, 1, 0, 0,  0, EINVAL",
        "0x3b94, 0, 9, 1, 0, -1, 2, EOVERFLOW",
        "0x3b94, 0, 9, 1, 0, -1, 1, ENOENT",
        "0x3b94, 0, 1, 1, 0, 0,  1, ENOENT",
        "0x3b95, 0, 1, 0, 0, 0,  0, EOPNOTSUPP",
    })
    void whatIsMadeForAGuestsIommuNeedsOne(int number, int flags, int guest, int type, int fourth, long address,
            long length, Errno expected) {
        process.ioas();
        big.set(ValueLayout.JAVA_INT, 0, number == VEVENTQ_ALLOC ? 32 : 40);
        big.set(ValueLayout.JAVA_INT, 4, flags);
        big.set(ValueLayout.JAVA_INT, 8, guest);
        big.set(ValueLayout.JAVA_INT, 12, type);
        big.set(ValueLayout.JAVA_INT, 16, fourth);
        big.set(ValueLayout.JAVA_LONG, 24, number == VEVENTQ_ALLOC ? 0 : address);
        big.set(ValueLayout.JAVA_LONG, 32, length);
        assertThat(request(number, big)).isEqualTo(expected);
    }

    @Test
    void aLongerStructureWithZerosAtItsEndIsTaken() {
        IommuIoasAlloc alloc = new IommuIoasAlloc(big);
        alloc.declareSize(64);
        assertThat(request(Iommufd.IOAS_ALLOC, big)).isEqualTo(0);
        assertThat(alloc.ioasId()).isEqualTo(1);
    }

    @Test
    void memoryThatIsNotThereIsAFault() {
        big.set(ValueLayout.JAVA_INT, 0, 12);
        assertThat(request(Iommufd.IOAS_ALLOC, big.asSlice(0, 3))).isEqualTo(Errno.EFAULT);
        assertThat(request(Iommufd.IOAS_ALLOC, big.asSlice(0, 11))).isEqualTo(Errno.EFAULT);
        big.set(ValueLayout.JAVA_INT, 0, 65);
        assertThat(request(Iommufd.IOAS_ALLOC, big)).isEqualTo(Errno.EFAULT);
    }

    @Test
    void aNumberIsNoPointer() {
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_ALLOC, 0L))).isEqualTo(Errno.EFAULT);
        assertThat(errno(process.kernel.ioctl(process.iommufd, 0x1234, 0L))).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void unknownRequestsAreUnknown() {
        assertThat(request(0x3b60, big)).isEqualTo(Errno.ENOTTY);
        assertThat(request(0x3b81 | 0x40000000, big)).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void reservedFieldsAndFlagsAreNotSupported() {
        big.set(ValueLayout.JAVA_INT, 0, 12);
        big.set(ValueLayout.JAVA_INT, 4, 1);
        assertThat(request(Iommufd.IOAS_ALLOC, big)).isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void idsStartAtOneAndTheLowestFreeOneIsGiven() {
        assertThat(new int[] {process.ioas(), process.ioas(), process.ioas()}).containsExactly(1, 2, 3);
        assertThat(process.destroy(2)).isZero();
        assertThat(process.ioas()).isEqualTo(2);
        assertThat(new Process(process.kernel).ioas()).as("ids belong to the descriptor").isEqualTo(1);
    }

    @Test
    void devicesShareTheIds() {
        int ioas = process.ioas();
        int device = process.openDevice(0);
        assertThat(process.bind(device)).isEqualTo(2);
        assertThat(process.attach(device, ioas)).isEqualTo(3);
    }

    @Test
    void destroyingWhatIsNotThereOrInUseFails() {
        int ioas = process.ioas();
        assertThat(errno(process.destroy(0))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.destroy(9))).isEqualTo(Errno.ENOENT);
        int device = process.openDevice(0);
        int devid = process.bind(device);
        int pageTable = process.attach(device, ioas);
        assertThat(errno(process.destroy(ioas))).isEqualTo(Errno.EBUSY);
        assertThat(errno(process.destroy(devid))).isEqualTo(Errno.EBUSY);
        assertThat(errno(process.destroy(pageTable))).isEqualTo(Errno.EBUSY);
        process.detach(device);
        assertThat(errno(process.destroy(pageTable))).as("it went with its last device").isEqualTo(Errno.ENOENT);
        assertThat(process.destroy(ioas)).isZero();
    }

    @Test
    void anotherTypesIdIsNoAddressSpace() {
        int device = process.openDevice(0);
        int devid = process.bind(device);
        assertThat(errno(process.map(devid, 0x10000, PAGE, 0))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.unmap(devid, 0, PAGE))).isEqualTo(Errno.ENOENT);
    }

    @Test
    void aClosedDescriptorIsGone() {
        assertThat(process.kernel.close(process.iommufd)).isZero();
        assertThat(errno(process.ioas())).isEqualTo(Errno.EBADF);
        assertThat(errno(process.kernel.close(process.iommufd))).isEqualTo(Errno.EBADF);
    }

    @Test
    void whatAClosedIommufdHadPinnedIsReleasedWithItsDevice() throws Exception {
        int ioas = process.ioas();
        int device = process.attached(0, ioas);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        process.kernel.close(process.iommufd);
        assertThat(process.pinnedKilobytes()).as("the device still holds it").isEqualTo(4);
        process.kernel.close(device);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void otherDescriptorsKnowNoRequests() {
        assertThat(errno(process.kernel.ioctl(process.memfd(PAGE), Iommufd.IOAS_ALLOC, big))).isEqualTo(Errno.ENOTTY);
        assertThat(errno(process.kernel.ioctl(77, Iommufd.IOAS_ALLOC, big))).isEqualTo(Errno.EBADF);
        assertThat(errno(process.kernel.open("/dev/nothing", Fcntl.O_RDWR))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.kernel.open("/dev/vfio/devices/vfio9", Fcntl.O_RDWR))).isEqualTo(Errno.ENOENT);
    }
}
