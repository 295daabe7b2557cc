package org.pinion.emulator.iommufd;

import org.pinion.emulator.syscall.SyscallException;

/** What one MAP call maps ({@code struct iopt_pages}). Guarded by the iommufd's lock. */
sealed interface AreaMemory permits PinnablePages, DevicePages {

    /** Whether the call that mapped it asked for writing. */
    boolean writable();

    /** The address or offset of the first page, which guides the choice of an IO virtual address. */
    long base();

    /** Makes pages reachable for devices, all or none. */
    void pin(long first, long last) throws SyscallException;

    void unpin(long first, long last);

    /** Whether a page table shows it: what was revoked is still an area, and nothing is behind it. */
    boolean shown();

    /** Whether a device that reaches it gets an answer. */
    boolean answers();

    /** What lies at a place; the page must be pinned and shown, and answer. */
    Chunk locate(long position, long atMost);
}
