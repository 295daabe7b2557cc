package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The request {@code IOMMU_TEST_CMD}: what it does is in its second field (iommufd_test in
 * drivers/iommu/iommufd/selftest.c).
 */
final class MockCommands {

    static final int NUMBER = 0x3ba0;
    static final int MINIMUM = 68;
    static final int SIZE = 72;

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
    static final int MOCK_DOMAIN_FLAGS = 12;
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

    private static final int LEAST_BATCH = 12;

    private final IommufdContext context;
    private final MockHost host;
    private final MockDevices devices;
    private final MockAccesses accesses;
    private final MockChecks checks;
    private final MockBuffers buffers;

    MockCommands(IommufdContext context, MockHost host) {
        this.context = context;
        this.host = host;
        this.devices = new MockDevices(context, host.release());
        this.accesses = new MockAccesses(context);
        this.checks = new MockChecks(context, host);
        this.buffers = new MockBuffers(context);
        host.opened(context);
    }

    /**
     * EOPNOTSUPP for what the release does not have. What may reach into other iommufds than the one that is asked
     * takes their locks one after the other, and so none before.
     */
    int run(MemorySegment struct) throws SyscallException {
        MockFields fields = new MockFields(struct);
        switch (fields.op()) {
            case MD_CHECK_REFS -> checks.pins(fields);
            case DESTROY_ACCESS_PAGES -> accesses.unpin(fields);
            case ACCESS_PAGES -> accesses.pin(fields);
            case ACCESS_RW -> accesses.copy(fields);
            case ACCESS_REPLACE_IOAS -> accesses.move(fields);
            case DMABUF_REVOKE -> {
                requireLater();
                buffers.revoke(fields);
            }
            default -> runLocked(fields);
        }
        return 0;
    }

    private void runLocked(MockFields fields) throws SyscallException {
        context.lock().lock();
        try {
            runHere(fields);
        } finally {
            context.lock().unlock();
        }
    }

    private void runHere(MockFields fields) throws SyscallException {
        switch (fields.op()) {
            case ADD_RESERVED -> devices.reserve(fields);
            case MOCK_DOMAIN, MOCK_DOMAIN_FLAGS -> devices.attach(fields);
            case MOCK_DOMAIN_REPLACE -> devices.replace(fields);
            case MD_CHECK_MAP -> checks.mapped(fields);
            case CREATE_ACCESS -> accesses.create(fields);
            case SET_TEMP_MEMORY_LIMIT -> SyscallException.require(
                    Integer.compareUnsigned(fields.word(0), LEAST_BATCH) >= 0, Errno.EINVAL);
            case DIRTY -> checks.writeDirty(fields);
            case MD_CHECK_IOTLB -> checks.cached(fields);
            case TRIGGER_IOPF -> devices.pageFault(fields);
            default -> runLater(fields);
        }
    }

    private void requireLater() throws SyscallException {
        SyscallException.require(host.release().attachesPasids(), Errno.EOPNOTSUPP);
    }

    private void runLater(MockFields fields) throws SyscallException {
        requireLater();
        switch (fields.op()) {
            case DEV_CHECK_CACHE -> devices.checkCache(fields);
            case PASID_ATTACH -> fields.word(
                    4, devices.pasids(fields).attach(fields.word(0), fields.word(4)));
            case PASID_REPLACE -> fields.word(
                    4, devices.pasids(fields).replace(fields.word(0), fields.word(4)));
            case PASID_DETACH -> devices.pasids(fields).detach(fields.word(0));
            case PASID_CHECK_HWPT -> devices.pasids(fields).check(fields.word(0), fields.word(4));
            case DMABUF_GET -> buffers.create(fields);
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
    }
}
