package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;

/**
 * How a page table is wanted.
 *
 * @param flags see {@link org.pinion.linux.uapi.Iommufd}
 * @param automatic whether it goes with its last device
 * @param dataType whose data there is, 0 for none
 * @param dataLength bytes of data
 * @param data where the data is
 */
record TableRequest(int flags, boolean automatic, int dataType, int dataLength, long data) {

    /** What attaching to an address space makes. */
    static final TableRequest AUTOMATIC = new TableRequest(0, true, 0, 0, 0);

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The data, with zeroes for what the caller does not know: EINVAL if it is too short or too long, EFAULT. */
    MemorySegment data(int minimum, int known) throws SyscallException {
        SyscallException.require(dataLength >= minimum && dataLength <= known, Errno.EINVAL);
        return UserMemory.copyStruct(UserMemory.at(data, Integer.toUnsignedLong(dataLength)), dataLength, known);
    }
}
