package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/** A device that copies eight bytes, and the memory that it copies them in. */
record EduDma(AttachedDevice edu, MemorySegment memory) {

    /** The device's address on the shipped machine. */
    static final String EDU = "0000:00:10.0";

    /** Throws if the device does not move a value from one place to another. */
    void require(long value) throws IommuException {
        memory.set(ValueLayout.JAVA_LONG, 0x1000, value);
        put(7, 4, 6, Short.BYTES);
        transfer(0x1000, 0x40000, 1);
        transfer(0x40000, 0x3000, 3);
        assertThat(memory.get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    private void transfer(long from, long to, long command) throws IommuException {
        put(0, 0x80, from, Long.BYTES);
        put(0, 0x88, to, Long.BYTES);
        put(0, 0x90, Long.BYTES, Long.BYTES);
        put(0, 0x98, command, Integer.BYTES);
    }

    private void put(int region, long offset, long value, int bytes) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            edu.write(region, offset, arena.allocateFrom(ValueLayout.JAVA_LONG, value).asSlice(0, bytes));
        }
    }
}
