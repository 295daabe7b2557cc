package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/** What a page table on top of another one has cached is invalidated, entry by entry, as far as entries are right. */
final class IotlbCases {

    private static final int TYPE = 0xdeadbeef;
    private static final int WRONG_TYPE = 0xdadbeef;
    private static final int ENTRY_BYTES = 8;
    private static final int CACHED = 4;
    private static final int ALL = 1;
    private static final int WRONG_FLAGS = -1;
    private static final int ENTRIES_AT_MOST = 1 << 19;

    private final OpenIommufd iommufd;
    private final Mock mock;
    private final MemorySegment request;
    private final MemorySegment entries;

    IotlbCases(OpenIommufd iommufd, Mock mock, Arena arena) {
        this.iommufd = iommufd;
        this.mock = mock;
        this.request = arena.allocate(32, 8);
        this.entries = arena.allocate(3 * ENTRY_BYTES, 8);
    }

    void check(int parent, int first, int second) {
        isCached(first, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB);
        isCached(second, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB);
        wrongRequestsAreRefused(parent, first);
        wrongEntriesStopIt(first);
        entry(0, 0, 1);
        done(1, invalidate(first, TYPE, ENTRY_BYTES, 1));
        isCached(first, 0, 0, Mock.IOTLB, Mock.IOTLB);
        entry(0, 0, 2);
        entry(1, 0, 3);
        done(2, invalidate(first, TYPE, ENTRY_BYTES, 2));
        isCached(first, 0, 0, 0, 0);
        entry(0, ALL, 0);
        done(1, invalidate(second, TYPE, ENTRY_BYTES, 1));
        isCached(second, 0, 0, 0, 0);
    }

    private void wrongRequestsAreRefused(int parent, int table) {
        entry(0, 0, 0);
        refused(KernelUnderTest.has(6, 13) ? Errno.EINVAL : Errno.ENOENT, parent, TYPE, ENTRY_BYTES, 1);
        done(0, invalidate(table, TYPE, ENTRY_BYTES, 0));
        refused(Errno.EINVAL, table, WRONG_TYPE, ENTRY_BYTES, 1);
        refused(Errno.EINVAL, table, TYPE, ENTRY_BYTES + 1, 1);
        refused(Errno.EINVAL, table, TYPE, 1, 1);
        refused(Errno.EINVAL, table, TYPE, (int) TestMemory.PAGE + 1, 1);
        refused(Errno.EINVAL, table, TYPE, ENTRY_BYTES, ENTRIES_AT_MOST + 1);
        refused(Errno.EINVAL, table, TYPE, 0, 1);
        Expect.fails(Errno.EINVAL, send(table, TYPE, ENTRY_BYTES, 1, 0));
        countIs(0);
    }

    private void wrongEntriesStopIt(int table) {
        entry(0, WRONG_FLAGS, 0);
        refused(Errno.EOPNOTSUPP, table, TYPE, ENTRY_BYTES, 1);
        entry(0, 0, CACHED);
        refused(Errno.EINVAL, table, TYPE, ENTRY_BYTES, 1);
        entry(0, 0, 0);
        entry(1, WRONG_FLAGS, 1);
        Expect.fails(Errno.EOPNOTSUPP, invalidate(table, TYPE, ENTRY_BYTES, 2));
        countIs(1);
        isCached(table, 0, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB);
        entry(1, 0, CACHED);
        Expect.fails(Errno.EINVAL, invalidate(table, TYPE, ENTRY_BYTES, 2));
        countIs(1);
        isCached(table, 0, Mock.IOTLB, Mock.IOTLB, Mock.IOTLB);
    }

    private void entry(int index, int flags, int cached) {
        entries.set(ValueLayout.JAVA_INT, (long) index * ENTRY_BYTES, flags);
        entries.set(ValueLayout.JAVA_INT, (long) index * ENTRY_BYTES + 4, cached);
    }

    private int invalidate(int table, int type, int bytes, int count) {
        return send(table, type, bytes, count, entries.address());
    }

    private int send(int table, int type, int bytes, int count, long address) {
        request.set(ValueLayout.JAVA_INT, 0, 32);
        request.set(ValueLayout.JAVA_INT, 4, table);
        request.set(ValueLayout.JAVA_LONG, 8, address);
        request.set(ValueLayout.JAVA_INT, 16, type);
        request.set(ValueLayout.JAVA_INT, 20, bytes);
        request.set(ValueLayout.JAVA_INT, 24, count);
        return iommufd.ioctl(Iommufd.HWPT_INVALIDATE, request);
    }

    private void refused(Errno errno, int table, int type, int bytes, int count) {
        Expect.fails(errno, invalidate(table, type, bytes, count));
        countIs(0);
    }

    private void done(int count, int answer) {
        Expect.succeeds(answer);
        countIs(count);
    }

    private void countIs(int count) {
        assertThat(request.get(ValueLayout.JAVA_INT, 24)).isEqualTo(count);
    }

    private void isCached(int table, int... contents) {
        for (int entry = 0; entry < CACHED; entry++) {
            Expect.succeeds(mock.checkIotlb(table, entry, contents[entry]));
        }
    }
}
