package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;

class BindRulesTest {

    private static final int PASID_OF_ATTACH = 12;
    private static final int PASID_OF_DETACH = 8;

    private static final int IOMMUFD = -10;
    private static final int MEMFD = -11;

    private final Process process = Process.onLab();
    private final int device = process.openDevice(0);
    private final MemorySegment big = Arena.ofAuto().allocate(64, 8);

    static Stream<Arguments> binds() {
        return Stream.of(
                Arguments.of(Errno.EINVAL, 15, 2, -1),
                Arguments.of(Errno.EINVAL, 24, 2, IOMMUFD),
                Arguments.of(Errno.EINVAL, 24, 0, -1),
                Arguments.of(Errno.EBADF, 24, 0, 99),
                Arguments.of(Errno.EBADFD, 24, 0, MEMFD),
                Arguments.of(0, 16, 0, IOMMUFD));
    }

    @ParameterizedTest
    @MethodSource("binds")
    void theFirstBrokenRuleAnswers(Object expected, int size, int flags, int fd) {
        int actual = fd == IOMMUFD ? process.iommufd : fd == MEMFD ? process.memfd(PAGE) : fd;
        VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(Arena.ofAuto()).flags(flags).iommufd(actual);
        bind.declareSize(size);
        assertThat(errno(process.kernel.ioctl(device, Vfio.DEVICE_BIND_IOMMUFD, bind.memory()))).isEqualTo(expected);
    }

    @Test
    void aSecondBindIsRefusedBeforeItsDescriptorIsLookedAt() {
        process.bind(device);
        assertThat(errno(process.bind(device, 99))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aSecondOpenCannotBeBound() {
        int second = process.openDevice(0);
        assertThat(second).isPositive();
        process.bind(device);
        assertThat(errno(process.bind(second, 99))).isEqualTo(Errno.EBADF);
        assertThat(errno(process.bind(second))).isEqualTo(Errno.EINVAL);
        process.kernel.close(device);
        assertThat(process.bind(second)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {Vfio.DEVICE_GET_INFO, Vfio.DEVICE_GET_REGION_INFO, Vfio.DEVICE_ATTACH_IOMMUFD_PT,
        Vfio.DEVICE_DETACH_IOMMUFD_PT, Vfio.DEVICE_RESET, 0x1234})
    void nothingIsAnsweredBeforeBind(int request) {
        assertThat(errno(process.kernel.ioctl(device, request, big))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.kernel.ioctl(device, request, 0L))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void regionsAreNotReachedBeforeBind() {
        assertThat(errno(process.kernel.pread(device, big, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.kernel.pwrite(device, big, 0))).isEqualTo(Errno.EINVAL);
        int memory = process.openDevice(2);
        assertThatThrownBy(
                () -> process.kernel.mmap(PAGE, Mman.PROT_READ, Mman.MAP_SHARED, memory, 2L << 40))
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void attachAndDetachLookAtSizeThenFlagsThenPasid() {
        process.bind(device);
        VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(2).ptId(77);
        VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(Arena.ofAuto()).flags(2);
        attach.declareSize(11);
        detach.declareSize(7);
        assertBoth(attach, detach, Errno.EINVAL);
        attach.declareSize(12);
        detach.declareSize(8);
        assertBoth(attach, detach, Errno.EINVAL);
        attach.flags(1);
        detach.flags(1);
        assertBoth(attach, detach, Errno.EINVAL);
        attach.flags(0);
        detach.flags(0);
        assertThat(attach(attach)).isEqualTo(Errno.ENOENT);
        assertThat(detach(detach)).isEqualTo(0);
    }

    @Test
    void pasidZeroIsTheWholeDeviceButIsAttachedAndDetachedByItself() {
        process.bind(device);
        int ioas = process.ioas();
        VfioDeviceAttachIommufdPt pasid = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(1).ptId(ioas);
        VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(Arena.ofAuto()).flags(1);
        assertThat(attach(pasid)).isEqualTo(0);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EBUSY);
        assertThat(errno(process.attach(device, 77))).isEqualTo(Errno.ENOENT);
        process.detach(device);
        assertThat(errno(process.destroy(ioas))).as("as a whole it was not attached").isEqualTo(Errno.EBUSY);
        assertThat(detach(detach)).isEqualTo(0);
        assertThat(process.attach(device, ioas)).isPositive();
        assertThat(attach(pasid.ptId(ioas))).isEqualTo(Errno.EBUSY);
        assertThat(detach(detach)).as("it is not attached by PASID").isEqualTo(0);
        assertThat(errno(process.destroy(ioas))).isEqualTo(Errno.EBUSY);
    }

    @Test
    void otherPasidsNeedAPageTableThatIsMadeForThem() {
        process.bind(device);
        VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(1);
        attach.memory().set(ValueLayout.JAVA_INT, PASID_OF_ATTACH, 1);
        assertThat(attach(attach.ptId(77))).isEqualTo(Errno.ENOENT);
        assertThat(attach(attach.ptId(process.ioas()))).isEqualTo(Errno.EINVAL);
        attach.memory().set(ValueLayout.JAVA_INT, PASID_OF_ATTACH, -1);
        assertThat(attach(attach)).isEqualTo(Errno.ENOSPC);
        VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(Arena.ofAuto()).flags(1);
        detach.memory().set(ValueLayout.JAVA_INT, PASID_OF_DETACH, 1);
        assertThat(detach(detach)).isEqualTo(0);
    }

    @Test
    void aPasidKeepsOtherPageTablesOut() {
        int id = process.bind(device);
        int ioas = process.ioas();
        int plain = pageTable(id, ioas, 0);
        int table = pageTable(id, ioas, Iommufd.HWPT_ALLOC_PASID);
        VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(1);
        attach.memory().set(ValueLayout.JAVA_INT, PASID_OF_ATTACH, 5);
        assertThat(attach(attach.ptId(plain))).isEqualTo(Errno.EINVAL);
        assertThat(attach(attach.ptId(table))).isEqualTo(0);
        assertThat(attach(attach.ptId(table))).as("again").isEqualTo(0);
        assertThat(errno(process.attach(device, plain))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.destroy(table))).isEqualTo(Errno.EBUSY);
        VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(Arena.ofAuto()).flags(1);
        detach.memory().set(ValueLayout.JAVA_INT, PASID_OF_DETACH, 5);
        assertThat(detach(detach)).isEqualTo(0);
        assertThat(process.attach(device, plain)).isPositive();
        assertThat(process.destroy(table)).isZero();
    }

    private int pageTable(int device, int ioas, int flags) {
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(Arena.ofAuto()).devId(device).ptId(ioas).flags(flags);
        assertThat(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())).isZero();
        return alloc.hwptId();
    }

    @Test
    void anMdevHasNoPasids() {
        int mdev = process.bound(3);
        MemorySegment attach = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(1).memory();
        assertThat(errno(process.kernel.ioctl(mdev, Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach)))
                .isEqualTo(Errno.EOPNOTSUPP);
    }

    private void assertBoth(VfioDeviceAttachIommufdPt attach, VfioDeviceDetachIommufdPt detach, Errno expected) {
        assertThat(attach(attach)).isEqualTo(expected);
        assertThat(detach(detach)).isEqualTo(expected);
    }

    private Object attach(VfioDeviceAttachIommufdPt attach) {
        return errno(process.kernel.ioctl(device, Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach.memory()));
    }

    private Object detach(VfioDeviceDetachIommufdPt detach) {
        return errno(process.kernel.ioctl(device, Vfio.DEVICE_DETACH_IOMMUFD_PT, detach.memory()));
    }

    @Test
    void theFirmwaresDirectRegionsAndUnsafeInterruptsKeepADeviceOut() {
        Process odd = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1, unsafe-interrupts: true}
                  - address: "0000:00:02.0"
                    model: edu
                    group: 2
                    reserved: [{range: 0x100000-0x1fffff, type: direct}]
                  - address: "0000:00:03.0"
                    model: edu
                    group: 3
                    reserved: [{range: 0x100000-0x1fffff, type: direct-relaxable}]
                """);
        assertThat(errno(odd.bind(odd.openDevice(0)))).isEqualTo(Errno.EPERM);
        assertThat(errno(odd.bind(odd.openDevice(1)))).isEqualTo(Errno.EINVAL);
        assertThat(odd.bind(odd.openDevice(2))).isPositive();
    }

    @Test
    void aStructureThatIsTooShortIsAFault() {
        big.set(ValueLayout.JAVA_INT, 0, 24);
        assertThat(errno(process.kernel.ioctl(device, Vfio.DEVICE_BIND_IOMMUFD, big.asSlice(0, 15))))
                .isEqualTo(Errno.EFAULT);
    }
}
