package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct iommu_test_cmd} (drivers/iommu/iommufd/iommufd_test.h): what to do, to which object, and fields whose
 * meaning depends on that, by where they begin.
 *
 * @param struct the kernel's copy
 */
record MockFields(MemorySegment struct) {

    private static final int OP_AT = 4;
    private static final int ID_AT = 8;
    private static final int FIELDS_AT = 16;

    int op() {
        return struct.get(ValueLayout.JAVA_INT, OP_AT);
    }

    int id() {
        return struct.get(ValueLayout.JAVA_INT, ID_AT);
    }

    int word(int offset) {
        return struct.get(ValueLayout.JAVA_INT, FIELDS_AT + offset);
    }

    void word(int offset, int value) {
        struct.set(ValueLayout.JAVA_INT, FIELDS_AT + offset, value);
    }

    long address(int offset) {
        return struct.get(ValueLayout.JAVA_LONG, FIELDS_AT + offset);
    }

    void address(int offset, long value) {
        struct.set(ValueLayout.JAVA_LONG, FIELDS_AT + offset, value);
    }
}
