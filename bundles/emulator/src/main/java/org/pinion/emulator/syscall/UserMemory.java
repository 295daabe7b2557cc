package org.pinion.emulator.syscall;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.Errno;

/**
 * How the kernel reads and writes memory of its caller: with a bound, into a copy of its own, EFAULT where nothing
 * is.
 */
public final class UserMemory {

    /** Nothing is ever mapped below (vm.mmap_min_addr). */
    private static final long MMAP_MIN_ADDRESS = 0x10000;

    private UserMemory() {}

    /**
     * A zeroed copy of the kernel's own, aligned for 64-bit fields.
     *
     * @param bytes its size
     * @return the memory
     */
    public static MemorySegment kernelCopy(int bytes) {
        return MemorySegment.ofArray(new long[(bytes + 7) / 8]).asSlice(0, bytes);
    }

    /**
     * Copies the first bytes of a caller's structure.
     *
     * @param user the structure
     * @param bytes how many to copy
     * @return a copy
     * @throws SyscallException EFAULT if the structure is shorter
     */
    public static MemorySegment copyIn(MemorySegment user, int bytes) throws SyscallException {
        SyscallException.require(user.byteSize() >= bytes, Errno.EFAULT);
        MemorySegment copy = kernelCopy(bytes);
        MemorySegment.copy(user, 0, copy, 0, bytes);
        return copy;
    }

    /**
     * Copies a structure that may be older or newer than the kernel's, as {@code copy_struct_from_user} does: what
     * the caller lacks is 0, what the kernel does not know must be 0.
     *
     * @param user the structure
     * @param declared how many bytes the caller says it has
     * @param known how many bytes the kernel knows
     * @return a copy of {@code known} bytes
     * @throws SyscallException EFAULT if the structure is shorter than declared, E2BIG if an unknown byte is not 0
     */
    public static MemorySegment copyStruct(MemorySegment user, int declared, int known) throws SyscallException {
        SyscallException.require(user.byteSize() >= Integer.toUnsignedLong(declared), Errno.EFAULT);
        for (long at = known; at < Integer.toUnsignedLong(declared); at++) {
            SyscallException.require(user.get(ValueLayout.JAVA_BYTE, at) == 0, Errno.E2BIG);
        }
        MemorySegment copy = kernelCopy(known);
        MemorySegment.copy(user, 0, copy, 0, Integer.compareUnsigned(declared, known) < 0 ? declared : known);
        return copy;
    }

    /**
     * Writes the beginning of a structure back to the caller.
     *
     * @param copy the kernel's copy
     * @param user the structure
     * @param declared how many bytes the caller says it has
     */
    public static void copyOut(MemorySegment copy, MemorySegment user, int declared) {
        long bytes = Math.min(copy.byteSize(), Integer.toUnsignedLong(declared));
        MemorySegment.copy(copy, 0, user, 0, bytes);
    }

    /**
     * Memory that a pointer inside a structure points to. Only pointers that cannot be right are recognised: the caller
     * answers for the others, as nothing in Java can tell.
     *
     * @param address the pointer
     * @param bytes how many bytes are wanted there
     * @return the memory
     * @throws SyscallException EFAULT for null and other addresses where nothing ever is
     */
    public static MemorySegment at(long address, long bytes) throws SyscallException {
        SyscallException.require(Long.compareUnsigned(address, MMAP_MIN_ADDRESS) >= 0 && address > 0, Errno.EFAULT);
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }
}
