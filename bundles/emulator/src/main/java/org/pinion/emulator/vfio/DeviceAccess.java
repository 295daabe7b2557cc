package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;

/** How a device came to be open: through its character device or through its group. */
interface DeviceAccess {

    /** Whether the device may be used; its monitor is held. */
    boolean granted();

    /** Whether a request is about the access itself. */
    boolean takes(int request);

    /** Executes such a request; no monitor is held. */
    int ioctl(int request, MemorySegment argument) throws SyscallException;

    /** The last descriptor was closed; no monitor is held. */
    void release();
}
