package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Struct;

/** An IOMMU that can tell which pages devices wrote, and one that cannot. */
class DirtyTrackingTest {

    private static final int ON = Iommufd.HWPT_DIRTY_TRACKING_ENABLE;
    private static final int NO_CLEAR = Iommufd.HWPT_GET_DIRTY_BITMAP_NO_CLEAR;

    private final Process process = Process.on("""
            devices:
              - {address: "0000:00:10.0", model: edu, group: 0, dirty-tracking: true}
              - {address: "0000:00:11.0", model: edu, group: 1}
            """);
    private final Arena arena = Arena.ofAuto();
    private final int ioas = process.ioas();
    private final int device = process.openDevice(0);
    private final int able = process.bind(device);
    private final int other = process.openDevice(1);
    private final int unable = process.bind(other);

    private int issue(int request, Struct struct) {
        return process.kernel.ioctl(process.iommufd, request, struct.memory());
    }

    private int pageTable(int of) {
        IommuHwptAlloc alloc =
                IommuHwptAlloc.allocate(arena).devId(of).ptId(ioas).flags(Iommufd.HWPT_ALLOC_DIRTY_TRACKING);
        int answer = issue(Iommufd.HWPT_ALLOC, alloc);
        return answer < 0 ? answer : alloc.hwptId();
    }

    private int track(int table, int flags) {
        return issue(
                Iommufd.HWPT_SET_DIRTY_TRACKING,
                IommuHwptSetDirtyTracking.allocate(arena).hwptId(table).flags(flags));
    }

    private int get(int table, int flags, long iova, long pages, MemorySegment bits) {
        return issue(Iommufd.HWPT_GET_DIRTY_BITMAP, IommuHwptGetDirtyBitmap.allocate(arena)
                .hwptId(table).flags(flags).iova(iova).length(pages * PAGE).pageSize(PAGE).data(bits.address()));
    }

    private long word(int table, int flags) {
        MemorySegment bits = arena.allocate(8, 8);
        assertThat(get(table, flags, 0, 16, bits)).isZero();
        return bits.get(ValueLayout.JAVA_LONG, 0);
    }

    private IommuHwInfo info(int of) {
        IommuHwInfo info = IommuHwInfo.allocate(arena).devId(of);
        assertThat(issue(Iommufd.GET_HW_INFO, info)).isZero();
        return info;
    }

    @Test
    void theCapabilityOfTheIommuIsTold() {
        assertThat(info(able).capabilities() & Iommufd.HW_CAP_DIRTY_TRACKING).isNotZero();
        assertThat(info(unable).capabilities() & Iommufd.HW_CAP_DIRTY_TRACKING).isZero();
        assertThat(errno(issue(Iommufd.GET_HW_INFO, IommuHwInfo.allocate(arena).devId(ioas)))).isEqualTo(Errno.ENOENT);
        assertThat(errno(issue(Iommufd.GET_HW_INFO, IommuHwInfo.allocate(arena).devId(able).flags(2))))
                .isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void onlyAnIommuThatCanGetsAPageTableThatTells() {
        assertThat(errno(pageTable(unable))).isEqualTo(Errno.EOPNOTSUPP);
        int table = pageTable(able);
        assertThat(table).isPositive();
        assertThat(process.attach(device, table)).isEqualTo(table);
        assertThat(errno(process.attach(other, table))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void whatADeviceWroteIsToldUntilItIsForgotten() {
        int table = pageTable(able);
        process.attach(device, table);
        process.map(ioas, process.memory(16 * PAGE).address(), 16 * PAGE, 0);
        Edu edu = new Edu(process.kernel, device);
        edu.busMaster(true);
        edu.toMemory(PAGE, 8);
        assertThat(track(table, ON)).isZero();
        assertThat(word(table, 0)).as("written before it was tracked").isZero();
        edu.toMemory(4 * PAGE - 4, 8);
        edu.fromMemory(9 * PAGE, 8);
        assertThat(word(table, NO_CLEAR)).isEqualTo(0b11000);
        assertThat(word(table, 0)).isEqualTo(0b11000);
        assertThat(word(table, 0)).isZero();
    }

    @Test
    void whatCannotBeToldIsRefused() {
        int table = pageTable(able);
        MemorySegment bits = arena.allocate(8, 8);
        process.map(ioas, process.memory(4 * PAGE).address(), 4 * PAGE, 0);
        assertThat(get(table, 0, 0, 4, bits)).as("not tracked").isZero();
        track(table, ON);
        assertThat(get(table, 0, 0, 4, bits)).isZero();
        assertThat(get(table, 0, 0, 5, bits)).as("a hole").isZero();
        assertThat(errno(get(table, 0, 0, 0, bits))).isEqualTo(Errno.EINVAL);
        assertThat(errno(get(table, 0, 1, 4, bits))).isEqualTo(Errno.EINVAL);
        assertThat(errno(get(table, 0, -PAGE, 2, bits))).isEqualTo(Errno.EOVERFLOW);
        assertThat(errno(get(table, 2, 0, 4, bits))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(get(ioas, 0, 0, 4, bits))).isEqualTo(Errno.ENOENT);
        assertThat(errno(track(table, 2))).isEqualTo(Errno.EOPNOTSUPP);
        IommuHwptAlloc plain = IommuHwptAlloc.allocate(arena).devId(unable).ptId(ioas);
        assertThat(issue(Iommufd.HWPT_ALLOC, plain)).isZero();
        assertThat(errno(track(plain.hwptId(), ON))).isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void nobodyWritesRegistersThatAnswerNoPeer() {
        int table = pageTable(able);
        int buffer = process.export(other, 0, 0, 16 * PAGE);
        assertThat(process.mapFile(ioas, RW | FIXED, buffer, 0, 16 * PAGE, 0)).isZero();
        track(table, ON);
        assertThat(word(table, 0)).isZero();
    }

    @Test
    void whatIsUnmappedIsForgotten() {
        int table = pageTable(able);
        process.attach(device, table);
        long va = process.memory(16 * PAGE).address();
        process.map(ioas, va, 16 * PAGE, 0);
        track(table, ON);
        Edu edu = new Edu(process.kernel, device);
        edu.busMaster(true);
        edu.toMemory(0, 8);
        process.unmap(ioas, 0, 16 * PAGE);
        process.map(ioas, va, 16 * PAGE, 0);
        assertThat(word(table, 0)).isZero();
    }
}
