package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;

/**
 * Takes entries out of the cache of a mock device's nested page table (mock_domain_cache_invalidate_user in
 * drivers/iommu/iommufd/selftest.c).
 *
 * @param table the page table
 * @param type whose entries these are
 * @param data where the entries are
 * @param bytes how long each is
 */
record Invalidation(NestedTable table, int type, long data, int bytes) {

    private static final int MOCK_TYPE = 0xdeadbeef;
    private static final int ENTRY_BYTES = 8;
    private static final int ALL = 1;

    /** EINVAL for entries of another driver. */
    void requireType() throws SyscallException {
        SyscallException.require(type == MOCK_TYPE, Errno.EINVAL);
    }

    /** EINVAL for a bad length or entry, EOPNOTSUPP for unknown flags. */
    void run(int index) throws SyscallException {
        requireType();
        SyscallException.require(bytes == ENTRY_BYTES, Errno.EINVAL);
        MemorySegment entry = UserMemory.copyIn(UserMemory.at(data + (long) index * bytes, bytes), bytes);
        int flags = entry.get(ValueLayout.JAVA_INT, 0);
        int cached = entry.get(ValueLayout.JAVA_INT, 4);
        SyscallException.require((flags & ~ALL) == 0, Errno.EOPNOTSUPP);
        table.cached(cached);
        if (flags == ALL) {
            table.invalidateAll();
        } else {
            table.invalidate(cached);
        }
    }
}
