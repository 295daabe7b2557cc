package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.Iommufd;

/** What the IOMMU in front of a device tells of itself. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class HwInfoTest extends IoasFixture {

    private static final int EXACT = 8;
    private static final int LARGER = 16;
    private static final int TYPE_NAMED = 1;

    private IommuHwInfo ask(int device) {
        return IommuHwInfo.allocate(arena).devId(device);
    }

    private int send(IommuHwInfo info) {
        return iommufd.ioctl(Iommufd.GET_HW_INFO, info.memory());
    }

    @Test
    @DisplayName("get_hw_info")
    void asMuchIsToldAsThereIsRoomForAndTheRestIsZeroed() {
        if (!attached()) {
            MemorySegment room = arena.allocate(LARGER, 8);
            Expect.fails(Errno.ENOENT, send(ask(0).dataLen(EXACT).dataUptr(room.address())));
            Expect.fails(Errno.ENOENT, send(ask(0).dataLen(LARGER).dataUptr(room.address())));
            return;
        }
        checkData(0);
        checkData(EXACT);
        checkData(LARGER);
        checkData(Integer.BYTES);
        if (KernelUnderTest.has(7, 0)) {
            checkTypes();
        }
        checkPasids();
    }

    private void checkData(int room) {
        MemorySegment data = arena.allocate(LARGER, 8).fill((byte) 0x55);
        IommuHwInfo info = ask(device.id()).dataLen(room).dataUptr(room == 0 ? 0 : data.address());
        Expect.succeeds(send(info));
        assertThat(info.dataType()).isEqualTo(Mock.HW_INFO_TYPE);
        assertThat(info.dataLen()).isEqualTo(EXACT);
        int[] words = data.toArray(ValueLayout.JAVA_INT);
        int untouched = 0x55555555;
        assertThat(words).containsExactly(room >= 4 ? 0 : untouched,
                room >= EXACT ? Mock.HW_INFO_REGISTER : untouched,
                room >= LARGER ? 0 : untouched, room >= LARGER ? 0 : untouched);
    }

    private void checkTypes() {
        MemorySegment data = arena.allocate(EXACT, 8);
        IommuHwInfo wrong = ask(device.id()).flags(TYPE_NAMED).dataType(Mock.HW_INFO_TYPE + 1).dataLen(EXACT)
                .dataUptr(data.address());
        Expect.fails(Errno.EOPNOTSUPP, send(wrong));
        Expect.succeeds(send(wrong.dataType(Mock.HW_INFO_TYPE)));
    }

    private void checkPasids() {
        IommuHwInfo info = ask(device.id());
        Expect.succeeds(send(info));
        assertThat(info.maxPasidLog2()).isZero();
        if (deviceWithPasids.id() != 0) {
            IommuHwInfo other = ask(deviceWithPasids.id());
            Expect.succeeds(send(other));
            assertThat(other.maxPasidLog2()).isEqualTo((byte) Mock.PASID_BITS);
        }
    }
}
