package org.pinion.conformance;

import static org.pinion.linux.uapi.Iommufd.HWPT_ALLOC_NEST_PARENT;
import static org.pinion.linux.uapi.Iommufd.HWPT_FAULT_ID_VALID;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** Page tables on top of others. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class NestedTableTest extends IoasFixture {

    private static final int DATA_BYTES = 4;
    private static final int NO_SUCH_QUEUE = -1;
    private static final int ANY_PASID = 1;

    private final MemorySegment data = arena.allocate(8, 8);

    private int nested(int parent, int flags, int type, long address, int length, int queue) {
        data.set(ValueLayout.JAVA_INT, 0, Mock.IOTLB);
        return iommufd.pageTable(device.id(), parent, flags,
                alloc -> alloc.dataType(type).dataLen(length).dataUptr(address).faultId(queue));
    }

    private int nested(int parent) {
        return nested(parent, 0, Mock.DATA_TYPE, data.address(), DATA_BYTES, 0);
    }

    @Test
    @DisplayName("alloc_hwpt_nested")
    void aPageTableThatIsMadeForItTakesOthersOnTop() {
        if (!attached()) {
            Expect.fails(Errno.ENOENT, iommufd.pageTable(0, ioas, 0));
            Expect.fails(Errno.ENOENT, nested(0));
            Expect.fails(Errno.ENOENT, mock.replace(Mock.Device.NONE, 0));
            return;
        }
        Expect.fails(Errno.ENOENT, iommufd.pageTable(ioas, device.id(), 0));
        Expect.fails(Errno.EINVAL, iommufd.pageTable(device.id(), device.id(), 0));
        Expect.fails(Errno.EOPNOTSUPP,
                iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_NEST_PARENT | HWPT_FAULT_ID_VALID));
        int parent = Expect.id(iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_NEST_PARENT));
        int noParent = Expect.id(iommufd.pageTable(device.id(), ioas, 0));
        wrongRequestsAreRefused(parent, noParent);
        PageFaults faults = new PageFaults(iommufd);
        int first = Expect.id(nested(parent));
        int second = Expect.id(nested(parent));
        Expect.fails(Errno.ENOENT, nestedWithFaults(parent, NO_SUCH_QUEUE));
        int faulting = Expect.id(nestedWithFaults(parent, faults.id));
        Expect.fails(Errno.EINVAL, nested(first));
        Expect.fails(Errno.EBUSY, iommufd.destroy(parent));
        new IotlbCases(iommufd, mock, arena).check(parent, first, second);
        aDeviceRotates(first, second, faulting, faults);
        Expect.succeeds(mock.replace(device, parent));
        Expect.succeeds(iommufd.destroy(second));
        Expect.succeeds(iommufd.destroy(faulting));
        Expect.succeeds(mock.replace(device, ioas));
        Expect.succeeds(iommufd.destroy(parent));
        Expect.succeeds(iommufd.destroy(noParent));
        faults.destroy();
    }

    private void wrongRequestsAreRefused(int parent, int noParent) {
        long there = data.address();
        Expect.fails(Errno.EINVAL, nested(parent, 0, 0, there, DATA_BYTES, 0));
        Expect.fails(Errno.EOPNOTSUPP, nested(parent, 0, Mock.DATA_TYPE + 1, there, DATA_BYTES, 0));
        Expect.fails(Errno.EINVAL, nested(parent, 0, Mock.DATA_TYPE, there, DATA_BYTES - 1, 0));
        Expect.fails(Errno.EFAULT, nested(parent, 0, Mock.DATA_TYPE, 0, DATA_BYTES, 0));
        Expect.fails(Errno.EOPNOTSUPP,
                nested(parent, HWPT_ALLOC_NEST_PARENT, Mock.DATA_TYPE, there, DATA_BYTES, 0));
        Expect.fails(Errno.EINVAL, nested(noParent));
    }

    private int nestedWithFaults(int parent, int queue) {
        return nested(parent, HWPT_FAULT_ID_VALID, Mock.DATA_TYPE, data.address(), DATA_BYTES, queue);
    }

    private void aDeviceRotates(int first, int second, int faulting, PageFaults faults) {
        for (int table : new int[] {first, second, faulting}) {
            Expect.succeeds(mock.replace(device, table));
            Expect.fails(Errno.EBUSY, iommufd.destroy(table));
            if (table == second) {
                Expect.succeeds(iommufd.destroy(first));
            }
        }
        faults.faultAndAnswer(mock, device, ANY_PASID);
    }
}
