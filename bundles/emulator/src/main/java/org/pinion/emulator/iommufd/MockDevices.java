package org.pinion.emulator.iommufd;

import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** What tests do with mock devices and with address spaces. */
final class MockDevices {

    private static final int CACHE = 0xbaddad;
    private static final int CACHES = 4;

    private final IommufdContext context;
    private final ObjectTable objects;
    private final KernelRelease release;

    MockDevices(IommufdContext context, KernelRelease release) {
        this.context = context;
        this.objects = context.objects();
        this.release = release;
    }

    /** EINVAL empty, EOVERFLOW past the end, ENOENT, EADDRINUSE if it is mapped or promised. */
    void reserve(MockFields fields) throws SyscallException {
        long start = fields.address(0);
        SyscallException.require(fields.address(8) != 0, Errno.EINVAL);
        long last = start + (fields.address(8) - 1);
        SyscallException.require(Long.compareUnsigned(last, start) >= 0, Errno.EOVERFLOW);
        objects.ioas(fields.id()).reserve(new IovaRange(start, last));
    }

    /** Makes a device and attaches it: the errors are those of attaching, and EINVAL for unknown flags. */
    void attach(MockFields fields) throws SyscallException {
        int flags = fields.op() == MockCommands.MOCK_DOMAIN_FLAGS ? fields.word(12) : 0;
        MockIommu.requireKnown(release, flags);
        MockHandle handle = new MockHandle();
        objects.reserve(handle);
        PhysicalDevice device = bind(handle, flags);
        try {
            fields.word(4, handle.binding().attach(fields.id()));
        } catch (SyscallException e) {
            objects.remove(handle);
            handle.destroyed();
            throw e;
        }
        objects.publish(handle);
        fields.word(0, handle.id());
        fields.word(8, device.id());
    }

    /** Every mock device is alone in its group. */
    private PhysicalDevice bind(MockHandle handle, int flags) {
        PhysicalDevice device = new PhysicalDevice(new MockIommu(release, flags), new DeviceGroup());
        device.use();
        objects.add(device);
        handle.bound(new PhysicalBinding(context, device, () -> objects.remove(device)));
        return device;
    }

    void replace(MockFields fields) throws SyscallException {
        fields.word(0, pasids(fields).replace(0, fields.word(0)));
    }

    /** A device asks for a page; without somebody to ask, it is told at once that there is none. */
    void pageFault(MockFields fields) throws SyscallException {
        PhysicalDevice device = objects.device(fields.word(0));
        SyscallException.require(device.iommu() instanceof MockIommu, Errno.EINVAL);
        int pasid = fields.word(4);
        PageTable table = MockIommu.tableOf(device, pasid);
        if (table != null) {
            table.faults().ifPresent(queue -> queue.add(new FaultQueue.PageFault(
                    device, pasid, fields.word(8), fields.word(12), fields.address(16))));
        }
    }

    /** Nothing ever touches a device's caches: EINVAL if something else is expected. */
    void checkCache(MockFields fields) throws SyscallException {
        objects.device(fields.id());
        boolean right = Integer.compareUnsigned(fields.word(0), CACHES) < 0 && fields.word(4) == CACHE;
        SyscallException.require(right, Errno.EINVAL);
    }

    Pasids pasids(MockFields fields) throws SyscallException {
        return handle(fields.id()).binding().device().pasids();
    }

    private MockHandle handle(int id) throws SyscallException {
        if (objects.get(id) instanceof MockHandle handle) {
            return handle;
        }
        throw new SyscallException(Errno.ENOENT);
    }
}
