package org.pinion.linux.uapi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A C structure of the kernel's interface, seen through the memory it lies in. Fields are little-endian and naturally
 * aligned, without hidden padding, as the compiler lays them out on x86-64 and arm64.
 */
public abstract class Struct {

    private final MemorySegment memory;

    Struct(MemorySegment memory) {
        this.memory = memory;
    }

    /** {@return the memory that the structure lies in} */
    public final MemorySegment memory() {
        return memory;
    }

    /** {@return the first field: how many bytes the caller says the structure has} */
    public final int declaredSize() {
        return getInt(0);
    }

    /**
     * Says how many bytes the structure has, if not all of it is meant.
     *
     * @param bytes the first field
     */
    public final void declareSize(int bytes) {
        setInt(0, bytes);
    }

    final byte getByte(long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset);
    }

    final void setByte(long offset, byte value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, value);
    }

    final short getShort(long offset) {
        return memory.get(ValueLayout.JAVA_SHORT, offset);
    }

    final void setShort(long offset, short value) {
        memory.set(ValueLayout.JAVA_SHORT, offset, value);
    }

    final int getInt(long offset) {
        return memory.get(ValueLayout.JAVA_INT, offset);
    }

    final void setInt(long offset, int value) {
        memory.set(ValueLayout.JAVA_INT, offset, value);
    }

    final long getLong(long offset) {
        return memory.get(ValueLayout.JAVA_LONG, offset);
    }

    final void setLong(long offset, long value) {
        memory.set(ValueLayout.JAVA_LONG, offset, value);
    }
}
