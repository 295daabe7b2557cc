package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.linux.uapi.Iommufd.HWPT_ALLOC_DIRTY_TRACKING;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.Iommufd;

/** Which pages devices wrote. */
@ParameterizedClass(name = "{0}")
@EnumSource(DirtyVariant.class)
@DisplayName("iommufd_dirty_tracking")
class DirtyTrackingTest extends IommufdFixture {

    private static final int PASID = 100;
    private static final long UNALIGNED = 0xff1;

    @Parameter
    DirtyVariant variant;

    private final int ioas = iommufd.ioas();
    private Mock.Device device;

    @BeforeEach
    void attachDevice() {
        boolean hugeDevice = variant.hugePages && !KernelUnderTest.has(7, 0);
        if (!variant.hugePages) {
            Expect.succeeds(iommufd.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 0));
        }
        device = mock.attach(ioas, hugeDevice ? Mock.HUGE_IOVA : 0);
    }

    private int trackingTable() {
        return Expect.id(iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_DIRTY_TRACKING));
    }

    @Test
    @DisplayName("enforce_dirty")
    void aDeviceThatCannotTellIsKeptOut() {
        int table = trackingTable();
        Mock.Device first = mock.attach(table);
        Expect.fails(Errno.EINVAL, mock.tryAttach(table, Mock.NO_DIRTY_TRACKING).answer());
        Expect.succeeds(iommufd.destroy(first.handle()));
        Expect.succeeds(iommufd.destroy(table));
        int other = iommufd.ioas();
        Mock.Device without = mock.attach(other, Mock.NO_DIRTY_TRACKING);
        Expect.fails(Errno.EOPNOTSUPP, iommufd.pageTable(without.id(), other, HWPT_ALLOC_DIRTY_TRACKING));
        Expect.succeeds(iommufd.destroy(without.handle()));
    }

    @Test
    @DisplayName("set_dirty_tracking")
    void trackingIsTurnedOnAndOff() {
        int table = trackingTable();
        Mock.Device other = mock.attach(table);
        turnOnAndOff(table);
        Expect.succeeds(iommufd.destroy(other.handle()));
        Expect.succeeds(iommufd.destroy(table));
    }

    private void turnOnAndOff(int table) {
        Expect.succeeds(iommufd.trackDirty(table, true));
        Expect.succeeds(iommufd.trackDirty(table, false));
    }

    @Test
    @DisplayName("pasid_set_dirty_tracking")
    void aPasidIsTrackedLikeADevice() {
        KernelUnderTest.requires(6, 15);
        int table = Expect.id(iommufd.pageTable(device.id(), ioas,
                HWPT_ALLOC_DIRTY_TRACKING | Iommufd.HWPT_ALLOC_PASID));
        Mock.Device other = mock.attach(table, Mock.PASIDS);
        Expect.succeeds(mock.attachPasid(other, PASID, table));
        turnOnAndOff(table);
        Expect.succeeds(mock.detachPasid(other, PASID));
        Expect.succeeds(iommufd.destroy(other.handle()));
        Mock.Device without = mock.attach(iommufd.ioas(), Mock.PASIDS | Mock.NO_DIRTY_TRACKING);
        Expect.fails(Errno.EINVAL, mock.attachPasid(without, PASID, table));
        Expect.succeeds(iommufd.destroy(without.handle()));
        Expect.succeeds(iommufd.destroy(table));
    }

    @Test
    @DisplayName("device_dirty_capability")
    void aDevicesIommuSaysThatItCanTell() {
        int table = Expect.id(iommufd.pageTable(device.id(), ioas, 0));
        Mock.Device other = mock.attach(table);
        IommuHwInfo info = IommuHwInfo.allocate(arena).devId(device.id());
        Expect.succeeds(iommufd.ioctl(Iommufd.GET_HW_INFO, info.memory()));
        assertThat(info.capabilities() & Iommufd.HW_CAP_DIRTY_TRACKING).isNotZero();
        Expect.succeeds(iommufd.destroy(other.handle()));
        Expect.succeeds(iommufd.destroy(table));
    }

    @Test
    @DisplayName("get_dirty_bitmap")
    void whatIsToldIsForgotten() {
        checkBitmaps(0);
    }

    @Test
    @DisplayName("get_dirty_bitmap_no_clear")
    void whatIsToldIsKeptIfAskedFor() {
        checkBitmaps(Iommufd.HWPT_GET_DIRTY_BITMAP_NO_CLEAR);
    }

    private void checkBitmaps(int flags) {
        MemorySegment pages = variant.hugePages ? memory.hugePages(variant.bytes) : memory.pages(variant.bytes);
        Expect.succeeds(iommufd.mapAt(ioas, pages.address(), variant.bytes, Mock.APERTURE_START));
        int table = variant.hugePages && KernelUnderTest.has(7, 0) ? hugeTable() : trackingTable();
        Expect.succeeds(iommufd.trackDirty(table, true));
        DirtyBits bits = new DirtyBits(iommufd, mock, table, variant);
        MemorySegment bitmap = arena.allocate(bits.bitmapBytes() + 2 * PAGE, PAGE);
        for (long offset : new long[] {0, Mock.PAGE, UNALIGNED}) {
            bits.check(bitmap.asSlice(offset, bits.bitmapBytes()), flags);
        }
        whatIsNotMappedIsNotWritten(table, flags);
        Expect.succeeds(iommufd.destroy(table));
    }

    private void whatIsNotMappedIsNotWritten(int table, int flags) {
        MemorySegment bitmap = arena.allocate(PAGE, 8);
        long end = Mock.APERTURE_START + variant.bytes;
        Expect.succeeds(iommufd.dirtyBitmap(table, flags, end - PAGE, 2 * PAGE, PAGE, bitmap.address()));
        Expect.succeeds(iommufd.dirtyBitmap(table, flags, end, PAGE, PAGE, bitmap.address()));
        assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isZero();
        Expect.succeeds(iommufd.trackDirty(table, false));
        Expect.succeeds(iommufd.dirtyBitmap(table, flags, end - PAGE, PAGE, PAGE, bitmap.address()));
    }

    private int hugeTable() {
        MemorySegment data = arena.allocate(8, 8);
        data.set(ValueLayout.JAVA_INT, 4, Mock.HUGE_TABLE);
        return Expect.id(iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_DIRTY_TRACKING,
                alloc -> alloc.dataType(Mock.DATA_TYPE).dataLen(8).dataUptr(data.address())));
    }
}
