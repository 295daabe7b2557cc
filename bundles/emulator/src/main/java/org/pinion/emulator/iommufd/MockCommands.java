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

    private static final int LEAST_BATCH = 12;

    private final MockHost host;
    private final MockDevices devices;
    private final MockAccesses accesses;
    private final MockChecks checks;
    private final MockBuffers buffers;

    MockCommands(IommufdContext context, MockHost host) {
        this.host = host;
        this.devices = new MockDevices(context, host.release());
        this.accesses = new MockAccesses(context);
        this.checks = new MockChecks(context, host);
        this.buffers = new MockBuffers(context);
        host.opened(context);
    }

    /** EOPNOTSUPP for what the release does not have. */
    int run(MemorySegment struct) throws SyscallException {
        MockFields fields = new MockFields(struct);
        switch (fields.op()) {
            case 1 -> devices.reserve(fields);
            case 2, 12 -> devices.attach(fields);
            case 10 -> devices.replace(fields);
            case 3 -> checks.mapped(fields);
            case 4 -> checks.pins(fields);
            case 5 -> accesses.create(fields);
            case 6 -> accesses.unpin(fields);
            case 7 -> accesses.pin(fields);
            case 8 -> accesses.copy(fields);
            case 11 -> accesses.move(fields);
            case 9 -> SyscallException.require(
                    Integer.compareUnsigned(fields.word(0), LEAST_BATCH) >= 0, Errno.EINVAL);
            case 13 -> checks.writeDirty(fields);
            case 14 -> checks.cached(fields);
            case 15 -> devices.pageFault(fields);
            default -> runLater(fields);
        }
        return 0;
    }

    private void runLater(MockFields fields) throws SyscallException {
        SyscallException.require(host.release().attachesPasids(), Errno.EOPNOTSUPP);
        switch (fields.op()) {
            case 16 -> devices.checkCache(fields);
            case 18 -> devices.pasids(fields).attach(fields.word(0), fields.word(4));
            case 19 -> devices.pasids(fields).replace(fields.word(0), fields.word(4));
            case 20 -> devices.pasids(fields).detach(fields.word(0));
            case 21 -> devices.pasids(fields).check(fields.word(0), fields.word(4));
            case 22 -> buffers.create(fields);
            case 23 -> buffers.revoke(fields);
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
    }
}
