package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;

/**
 * A message to an IOTLB: {@code struct vhost_msg_v2} with a {@code struct vhost_iotlb_msg}.
 *
 * @param type what is to be done
 * @param range the IO virtual addresses; null for the ends of a batch, which concern all
 * @param address where the memory is in this process; 0 if nothing is mapped
 * @param permission what the device may do; 0 if nothing is mapped
 */
record IotlbMessage(Type type, AddressRange range, long address, byte permission) {

    /** Bytes of the structure, of which the kernel wants all. */
    static final long SIZE = 72;

    private static final int MSG_V2 = 2;
    private static final long IOVA = 8;
    private static final long LENGTH = 16;
    private static final long ADDRESS = 24;
    private static final long PERMISSION = 32;
    private static final long TYPE = 33;
    private static final byte READ = 1;
    private static final byte READ_WRITE = 3;

    /** What a message asks for, by the kernel's number. */
    enum Type {
        UPDATE(2),
        INVALIDATE(3),
        BATCH_BEGIN(5),
        BATCH_END(6);

        private final byte number;

        Type(int number) {
            this.number = (byte) number;
        }
    }

    static IotlbMessage update(AddressRange range, long address, Access access) {
        return new IotlbMessage(Type.UPDATE, range, address, access.writable() ? READ_WRITE : READ);
    }

    static IotlbMessage invalidate(AddressRange range) {
        return new IotlbMessage(Type.INVALIDATE, range, 0, (byte) 0);
    }

    static IotlbMessage of(Type batch) {
        return new IotlbMessage(batch, null, 0, (byte) 0);
    }

    /** The structure; the address space id stays 0, the one that every virtqueue of a device begins with. */
    MemorySegment in(SegmentAllocator allocator) {
        MemorySegment struct = allocator.allocate(SIZE, Long.BYTES);
        struct.set(ValueLayout.JAVA_INT, 0, MSG_V2);
        if (range != null) {
            struct.set(ValueLayout.JAVA_LONG, IOVA, range.start());
            struct.set(ValueLayout.JAVA_LONG, LENGTH, range.size());
        }
        struct.set(ValueLayout.JAVA_LONG, ADDRESS, address);
        struct.set(ValueLayout.JAVA_BYTE, PERMISSION, permission);
        struct.set(ValueLayout.JAVA_BYTE, TYPE, type.number);
        return struct;
    }

    @Override
    public String toString() {
        return range == null ? "VHOST_IOTLB_" + type : "VHOST_IOTLB_" + type + " of " + range;
    }
}
