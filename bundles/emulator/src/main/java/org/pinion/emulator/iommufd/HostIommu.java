package org.pinion.emulator.iommufd;

import java.util.List;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The IOMMU in front of a device of the machine: it makes plain page tables and tells nothing of itself.
 *
 * @param device the device
 */
record HostIommu(HostDevice device) implements DeviceIommu {

    @Override
    public List<ReservedRegion> reserved() {
        return device.reserved();
    }

    @Override
    public PageTable pageTable(Ioas ioas, TableRequest request) throws SyscallException {
        SyscallException.require(request.flags() == 0 && request.dataLength() == 0, Errno.EOPNOTSUPP);
        return new PageTable(ioas, device.iommu(), request, PageTable.Driver.HOST);
    }

    @Override
    public NestedTable nestedTable(PageTable parent, IommufdObject below, TableRequest request)
            throws SyscallException {
        throw new SyscallException(Errno.EOPNOTSUPP);
    }

    @Override
    public boolean virtualizes(int type) {
        return false;
    }

    @Override
    public boolean accepts(PageTable table) {
        return table.driver() == PageTable.Driver.HOST && table.geometry().equals(device.iommu());
    }

    @Override
    public boolean tracksDirty() {
        return false;
    }

    @Override
    public int pasidBits() {
        return 0;
    }

    @Override
    public HwInfo info(int type) {
        return HwInfo.NONE;
    }
}
