package org.example.vhostvdpa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pinion.api.AddressRange;
import org.pinion.linux.Mman;

/**
 * A memory area of this process as the emulated kernel knows it; the memory is real.
 *
 * @param memory the memory
 * @param arena what it lives in
 * @param protection see {@link Mman}
 * @param shared whether it is a shared mapping of a file
 * @param inode the file's number, 0 without a file
 */
record FakeArea(MemorySegment memory, Arena arena, int protection, boolean shared, long inode) {

    AddressRange range() {
        return AddressRange.ofSize(memory.address(), memory.byteSize());
    }

    boolean allows(boolean written) {
        return (protection & Mman.PROT_READ) != 0 && (!written || (protection & Mman.PROT_WRITE) != 0);
    }

    /** The area as {@code /proc/self/smaps} shows it. */
    String smaps() {
        String permissions = "%s%s-%s".formatted(
                (protection & Mman.PROT_READ) != 0 ? "r" : "-",
                (protection & Mman.PROT_WRITE) != 0 ? "w" : "-",
                shared ? "s" : "p");
        return """
                %x-%x %s 00000000 00:01 %d %s
                Size:                  4 kB
                KernelPageSize:        4 kB
                MMUPageSize:           4 kB
                VmFlags: rd wr mr mw me
                """.formatted(
                range().start(), range().last() + 1, permissions, inode, shared ? "/memfd:x (deleted)" : "");
    }
}
