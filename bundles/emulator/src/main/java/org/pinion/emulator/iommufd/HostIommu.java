package org.pinion.emulator.iommufd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuDriver;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/**
 * The IOMMU in front of a device of the machine: it makes plain page tables, or such as tell what devices wrote, and
 * says what QEMU's IOMMU of its driver does.
 *
 * @param device the device
 * @param driver the IOMMU's driver
 * @param release what the driver can do
 */
record HostIommu(HostDevice device, IommuDriver driver, KernelRelease release) implements DeviceIommu {

    /** {@code struct iommu_hw_info_vtd}: flags, then the capability registers of QEMU's intel-iommu with 39 bits. */
    private static final int VTD_BYTES = 24;
    private static final int VTD_FLAGS = 1;
    private static final long VTD_CAPABILITIES = 0xd2008c22260286L;
    private static final long VTD_EXTENDED = 0xf00f4eL;

    @Override
    public List<ReservedRegion> reserved() {
        return device.reserved();
    }

    @Override
    public PageTable pageTable(Ioas ioas, TableRequest request) throws SyscallException {
        int dirty = tracksDirty() ? Iommufd.HWPT_ALLOC_DIRTY_TRACKING : 0;
        boolean known = (request.flags() & ~(knownFlags() | dirty)) == 0 && request.dataLength() == 0;
        SyscallException.require(known, Errno.EOPNOTSUPP);
        PageTable table = new PageTable(ioas, device.iommu(), request, PageTable.Driver.HOST);
        return driver == IommuDriver.VIRTIO && !release.knowsAperturesBeforehand() ? table.withoutAperture() : table;
    }

    /** Virtio's takes no flags at all. Page faults are the kernel's matter where the driver takes some. */
    private int knownFlags() {
        if (!release.attachesPasids()) {
            return 0;
        }
        return switch (driver) {
            case INTEL -> Iommufd.HWPT_FAULT_ID_VALID | Iommufd.HWPT_ALLOC_PASID;
            case AMD -> Iommufd.HWPT_FAULT_ID_VALID;
            case VIRTIO -> 0;
        };
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

    /** No device of the machine can ask for pages: Intel's lets none where they would be handed out. */
    @Override
    public Optional<Errno> refusal(PageTable table) {
        if (table.faults().isPresent() && driver == IommuDriver.INTEL) {
            return Optional.of(Errno.ENODEV);
        }
        boolean fits = table.driver() == PageTable.Driver.HOST && table.geometry().equals(device.iommu());
        return fits ? Optional.empty() : Optional.of(Errno.EINVAL);
    }

    /** No device of the machine has PASIDs: so no driver is asked, and none refuses (__iommu_domain_test_device). */
    @Override
    public Optional<Errno> refusalOfPasid(int pasid, PageTable table) {
        return table.driver() == PageTable.Driver.HOST ? Optional.empty() : Optional.of(Errno.EINVAL);
    }

    @Override
    public boolean nests(int flags) {
        boolean known = release.attachesPasids() || (flags & Iommufd.HWPT_ALLOC_PASID) == 0;
        boolean nesting = driver == IommuDriver.INTEL || driver == IommuDriver.AMD && release.takesAllForNesting();
        return known && nesting;
    }

    @Override
    public boolean tracksDirty() {
        return device.iommu().dirtyTracking();
    }

    @Override
    public long capabilities() {
        long ats = release.attachesPasids() ? ATS_NOT_SUPPORTED : 0;
        return DeviceIommu.super.capabilities() | ats;
    }

    @Override
    public int pasidBits() {
        return 0;
    }

    /** Only Intel's has anything to tell, and looks at what it is asked for. */
    @Override
    public HwInfo info(int type) throws SyscallException {
        if (driver != IommuDriver.INTEL) {
            return HwInfo.NONE;
        }
        SyscallException.require(type == 0 || type == Iommufd.HW_INFO_INTEL_VTD, Errno.EOPNOTSUPP);
        byte[] data = ByteBuffer.allocate(VTD_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(VTD_FLAGS)
                .putLong(VTD_CAPABILITIES).putLong(VTD_EXTENDED).array();
        return new HwInfo(Iommufd.HW_INFO_INTEL_VTD, data);
    }
}
