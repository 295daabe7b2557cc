package org.pinion.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.pinion.linux.Errno;

/**
 * The request {@code IOMMU_TEST_CMD} of a kernel with CONFIG_IOMMUFD_TEST: devices and accesses that exist for tests
 * alone, and looks into the kernel (drivers/iommu/iommufd/iommufd_test.h).
 */
final class Mock {

    /** The addresses that a mock device's IOMMU translates. */
    static final long APERTURE_START = 0x1000000;
    static final long APERTURE_LAST = 0x7fffffff;

    /** Its pages, half of the processor's. */
    static final long PAGE = 2048;
    static final long HUGE_PAGE = 512 * PAGE;

    /** A device that cannot tell which pages it wrote. */
    static final int NO_DIRTY_TRACKING = 1;
    /** A device whose IOMMU uses huge pages; only before Linux 7. */
    static final int HUGE_IOVA = 2;
    static final int PASIDS = 4;

    /** An access that pins pages, and therefore takes whole ones. */
    static final int PINS_PAGES = 1;

    static final int WRITE = 1;
    /** An access that goes through the pinned pages instead of the process's addresses. */
    static final int SLOW_PATH = 4;

    /** Bits of a PASID, for a device that has them. */
    static final int PASID_BITS = 20;

    static final int HW_INFO_TYPE = 0xfeedbeef;
    static final int HW_INFO_REGISTER = 0xdeadbeef;
    /** The data that a mock page table is made with: what its translation cache holds, and its type. */
    static final int DATA_TYPE = 0xdead;
    static final int IOTLB = 0xbadbeef;
    static final int HUGE_TABLE = 1;

    /** What to do: {@code IOMMU_TEST_OP_*}. */
    private static final int ADD_RESERVED = 1;
    private static final int MOCK_DOMAIN = 2;
    private static final int MD_CHECK_MAP = 3;
    private static final int MD_CHECK_REFS = 4;
    private static final int CREATE_ACCESS = 5;
    private static final int DESTROY_ACCESS_PAGES = 6;
    private static final int ACCESS_PAGES = 7;
    private static final int ACCESS_RW = 8;
    private static final int SET_TEMP_MEMORY_LIMIT = 9;
    private static final int MOCK_DOMAIN_REPLACE = 10;
    private static final int ACCESS_REPLACE_IOAS = 11;
    private static final int MOCK_DOMAIN_FLAGS = 12;
    private static final int DIRTY = 13;
    private static final int MD_CHECK_IOTLB = 14;
    private static final int TRIGGER_IOPF = 15;
    private static final int DEV_CHECK_CACHE = 16;
    private static final int PASID_ATTACH = 18;
    private static final int PASID_REPLACE = 19;
    private static final int PASID_DETACH = 20;
    private static final int PASID_CHECK_HWPT = 21;
    private static final int DMABUF_GET = 22;
    private static final int DMABUF_REVOKE = 23;

    private static final int TEST_CMD = 0x3ba0;
    private static final int SIZE = 72;
    private static final int DEVICE_CACHE = 0xbaddad;
    private static final int CACHES = 4;

    private final OpenIommufd iommufd;

    Mock(OpenIommufd iommufd) {
        this.iommufd = iommufd;
    }

    /**
     * A mock device.
     *
     * @param answer 0, or the negated error number that it could not be had for
     * @param handle destroying this object removes the device
     * @param pageTable what it is attached to
     * @param id what it is bound as
     */
    record Device(int answer, int handle, int pageTable, int id) {

        static final Device NONE = new Device(0, 0, 0, 0);
    }

    /** The fields of a request, after those that all have. */
    private static final class Fields {

        private final MemorySegment struct;

        Fields(MemorySegment struct) {
            this.struct = struct;
        }

        Fields word(long offset, int value) {
            struct.set(ValueLayout.JAVA_INT, offset, value);
            return this;
        }

        Fields address(long offset, long value) {
            struct.set(ValueLayout.JAVA_LONG, offset, value);
            return this;
        }

        int word(long offset) {
            return struct.get(ValueLayout.JAVA_INT, offset);
        }

        long address(long offset) {
            return struct.get(ValueLayout.JAVA_LONG, offset);
        }
    }

    /** What a request made of its fields. */
    @FunctionalInterface
    private interface Outcome<T> {
        T of(int answer, Fields fields);
    }

    private <T> T run(int op, int id, Consumer<Fields> fill, Outcome<T> outcome) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(SIZE, 8);
            Fields fields = new Fields(struct).word(0, SIZE).word(4, op).word(8, id);
            fill.accept(fields);
            return outcome.of(iommufd.ioctl(TEST_CMD, struct), fields);
        }
    }

    private int run(int op, int id, Consumer<Fields> fill) {
        return run(op, id, fill, (answer, _) -> answer);
    }

    /** Whether the kernel was built with it. */
    boolean there() {
        return run(0, 0, _ -> {}) != Errno.ENOTTY.answer();
    }

    /** Reserves addresses of an address space for good. */
    int reserve(int ioas, long start, long length) {
        return run(ADD_RESERVED, ioas, fields -> fields.address(16, start).address(24, length));
    }

    /** A device, attached; or why there is none. */
    Device tryAttach(int pageTableOrIoas) {
        return run(MOCK_DOMAIN, pageTableOrIoas, _ -> {}, Mock::device);
    }

    Device tryAttach(int pageTableOrIoas, int flags) {
        return run(MOCK_DOMAIN_FLAGS, pageTableOrIoas, fields -> fields.word(28, flags), Mock::device);
    }

    private static Device device(int answer, Fields fields) {
        return new Device(answer, fields.word(16), fields.word(20), fields.word(24));
    }

    Device attach(int pageTableOrIoas) {
        Device device = tryAttach(pageTableOrIoas);
        Expect.succeeds(device.answer);
        return device;
    }

    Device attach(int pageTableOrIoas, int flags) {
        Device device = tryAttach(pageTableOrIoas, flags);
        Expect.succeeds(device.answer);
        return device;
    }

    /** Attaches a device to something else. */
    int replace(Device device, int pageTableOrIoas) {
        return run(MOCK_DOMAIN_REPLACE, device.handle, fields -> fields.word(16, pageTableOrIoas));
    }

    /** Checks that the page table leads to the same memory as addresses of the process do. */
    int checkMapped(int pageTable, long iova, long length, long address) {
        return run(MD_CHECK_MAP, pageTable,
                fields -> fields.address(16, iova).address(24, length).address(32, address));
    }

    /** Checks how often each page at an address is pinned. */
    int checkPins(long address, long length, int pins) {
        return run(MD_CHECK_REFS, 0, fields -> fields.address(16, length).address(24, address).word(32, pins));
    }

    /** Answers the descriptor of an access; closing it ends the access. */
    int access(int ioas, int flags) {
        return run(CREATE_ACCESS, ioas, fields -> fields.word(20, flags),
                (answer, fields) -> answer < 0 ? answer : fields.word(16));
    }

    /** Moves an access to another address space. */
    int moveAccess(int access, int ioas) {
        return run(ACCESS_REPLACE_IOAS, access, fields -> fields.word(16, ioas));
    }

    /** Pins pages, and checks that they are those at an address of the process; answers a number for them. */
    int pin(int access, long iova, long length, long address) {
        return run(ACCESS_PAGES, access,
                fields -> fields.address(24, iova).address(32, length).address(40, address),
                (answer, fields) -> answer < 0 ? answer : fields.word(20));
    }

    int unpin(int access, int pinned) {
        return run(DESTROY_ACCESS_PAGES, access, fields -> fields.word(16, pinned));
    }

    /** Reads, or with {@link #WRITE} writes, memory through an address space. */
    int readOrWrite(int access, int flags, long iova, long length, long address) {
        return run(ACCESS_RW, access,
                fields -> fields.address(16, iova).address(24, length).address(32, address).word(40, flags));
    }

    /** How much memory the kernel may use for one batch of pages. */
    int batchMemory(int bytes) {
        return run(SET_TEMP_MEMORY_LIMIT, 0, fields -> fields.word(16, bytes));
    }

    /** Marks pages as written; answers how many. */
    long markDirty(int pageTable, long iova, long length, long pageSize, long bitmap) {
        return run(DIRTY, pageTable,
                fields -> fields.address(24, iova).address(32, length).address(40, pageSize).address(48, bitmap),
                (answer, fields) -> answer < 0 ? answer : fields.address(56));
    }

    int checkIotlb(int pageTable, int entry, int content) {
        return run(MD_CHECK_IOTLB, pageTable, fields -> fields.word(16, entry).word(20, content));
    }

    int pageFault(int device, int pasid, int group, int permissions, long iova) {
        return run(TRIGGER_IOPF, 0, fields -> fields.word(16, device).word(20, pasid).word(24, group)
                .word(28, permissions).address(32, iova));
    }

    /** Checks that nothing has touched a device's caches. */
    void checkCaches(Device device) {
        for (int cache = 0; cache < CACHES; cache++) {
            int entry = cache;
            Expect.succeeds(run(DEV_CHECK_CACHE, device.id,
                    fields -> fields.word(16, entry).word(20, DEVICE_CACHE)));
        }
    }

    int attachPasid(Device device, int pasid, int pageTable) {
        return run(PASID_ATTACH, device.handle, fields -> fields.word(16, pasid).word(20, pageTable));
    }

    int replacePasid(Device device, int pasid, int pageTable) {
        return run(PASID_REPLACE, device.handle, fields -> fields.word(16, pasid).word(20, pageTable));
    }

    int detachPasid(Device device, int pasid) {
        return run(PASID_DETACH, device.handle, fields -> fields.word(16, pasid));
    }

    /** Checks what a PASID is attached to; 0 for nothing. */
    int checkPasid(Device device, int pasid, int pageTable) {
        return run(PASID_CHECK_HWPT, device.handle, fields -> fields.word(16, pasid).word(20, pageTable));
    }

    /** Answers the descriptor of a dma-buf. Linux 7.3 answers 0 instead; it is the lowest that is free. */
    int dmaBuf(long length) {
        int free = Expect.id(iommufd.kernel.eventfd(0, 0));
        Expect.succeeds(iommufd.kernel.close(free));
        int answer = run(DMABUF_GET, 0, fields -> fields.word(16, Math.toIntExact(length)));
        return answer == 0 ? free : answer;
    }

    int revoke(int dmaBuf, boolean revoked) {
        return run(DMABUF_REVOKE, 0, fields -> fields.word(16, dmaBuf).word(20, revoked ? 1 : 0));
    }
}
