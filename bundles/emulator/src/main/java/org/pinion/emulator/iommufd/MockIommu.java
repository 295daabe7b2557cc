package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/**
 * The IOMMU of a mock device: its pages are half of the processor's, so that nothing fits by accident
 * (drivers/iommu/iommufd/selftest.c). Before Linux 7 a device, since then a page table is the one with huge pages.
 */
final class MockIommu implements DeviceIommu {

    static final int NO_DIRTY = 1;
    static final int HUGE_IOVA = 2;
    static final int PASIDS = 4;

    private static final IovaRange APERTURE = new IovaRange(0x1000000, 0x7fffffff);
    private static final IovaRange WIDE = new IovaRange(0, (1L << 38) - 1);
    private static final long HUGE_PAGE = 1L << 20;
    private static final int SMALLEST_SHIFT = 11;
    private static final int LARGEST_SHIFT = 36;
    private static final int PASID_BITS = 20;

    /** The second page table that this PASID gets is refused, so that tests meet a driver that fails. */
    private static final int FAILS_ON_REPLACE = 1024;

    private static final int INFO_TYPE = 0xfeedbeef;
    private static final int INFO_REGISTER = 0xdeadbeef;

    private static final int VIRTUAL_TYPE = 0xdeadbeef;

    private static final int DATA_TYPE = 0xdead;
    private static final int DATA_MINIMUM = 4;
    private static final int DATA_BYTES = 8;
    private static final int HUGE_TABLE = 1;

    private final KernelRelease release;
    private final int flags;
    private boolean failing;

    MockIommu(KernelRelease release, int flags) {
        this.release = release;
        this.flags = flags;
    }

    /** EINVAL for flags that a device of the release cannot have. */
    static void requireKnown(KernelRelease release, int flags) throws SyscallException {
        int known = NO_DIRTY | (release.attachesPasids() ? PASIDS : HUGE_IOVA);
        SyscallException.require((flags & ~known) == 0, Errno.EINVAL);
    }

    /**
     * The page table that a fault is about: a PASID's own, or else one of the device that a guest fills itself; or
     * null.
     */
    static PageTable tableOf(PhysicalDevice device, int pasid) {
        PageTable ofDevice = device.pageTable();
        if (pasid == 0) {
            return ofDevice;
        }
        PageTable own = device.pasids().attachedTo(pasid);
        return own == null && ofDevice instanceof NestedTable ? ofDevice : own;
    }

    private boolean is(int flag) {
        return (flags & flag) != 0;
    }

    @Override
    public List<ReservedRegion> reserved() {
        return List.of();
    }

    @Override
    public PageTable pageTable(Ioas ioas, TableRequest request) throws SyscallException {
        boolean known = !request.has(Iommufd.HWPT_ALLOC_PASID) || release.attachesPasids();
        boolean tellsFaults = !request.has(Iommufd.HWPT_FAULT_ID_VALID) || release.attachesPasids();
        SyscallException.require(known && tellsFaults, Errno.EOPNOTSUPP);
        return new PageTable(ioas, geometry(request), request, PageTable.Driver.MOCK);
    }

    private IommuGeometry geometry(TableRequest request) throws SyscallException {
        if (request.dataLength() != 0 && hugeTable(request)) {
            return new IommuGeometry(WIDE, List.of(4L << 10, HUGE_PAGE));
        }
        List<Long> sizes = is(HUGE_IOVA) ? List.of(2L << 10, HUGE_PAGE) : smallSizes();
        return new IommuGeometry(APERTURE, sizes, false, !release.attachesPasids(), false);
    }

    /** Since Linux 7 its page tables have the format of AMD's, in which a page may have any size. */
    private List<Long> smallSizes() {
        return release.attachesPasids()
                ? IntStream.rangeClosed(SMALLEST_SHIFT, LARGEST_SHIFT).mapToObj(shift -> 1L << shift).toList()
                : List.of(1L << SMALLEST_SHIFT);
    }

    private boolean hugeTable(TableRequest request) throws SyscallException {
        SyscallException.require(release.attachesPasids() && request.dataType() == DATA_TYPE, Errno.EOPNOTSUPP);
        int type = request.data(DATA_MINIMUM, DATA_BYTES).get(ValueLayout.JAVA_INT, 4);
        SyscallException.require(type == 0 || type == HUGE_TABLE, Errno.EOPNOTSUPP);
        return type == HUGE_TABLE;
    }

    @Override
    public NestedTable nestedTable(PageTable parent, IommufdObject below, TableRequest request)
            throws SyscallException {
        SyscallException.require(request.dataType() == DATA_TYPE, Errno.EOPNOTSUPP);
        MemorySegment data = request.data(DATA_MINIMUM, release.attachesPasids() ? DATA_BYTES : DATA_MINIMUM);
        return new NestedTable(parent, below, request, data.get(ValueLayout.JAVA_INT, 0));
    }

    @Override
    public boolean virtualizes(int type) {
        return type == VIRTUAL_TYPE;
    }

    /** A guest's page table is refused as long as the guest's IOMMU does not know the device, which it never does. */
    @Override
    public Optional<Errno> refusal(PageTable table) {
        if (table instanceof NestedTable nested && nested.ofGuest()) {
            return Optional.of(Errno.ENOENT);
        }
        boolean fits = table.driver() == PageTable.Driver.MOCK && (table.written() == null || tracksDirty());
        return fits ? Optional.empty() : Optional.of(Errno.EINVAL);
    }

    @Override
    public Optional<Errno> refusalOfPasid(int pasid, PageTable table) {
        // Nobody asks here whether it can tell written pages (mock_domain_set_dev_pasid_nop).
        if (pasid >>> pasidBits() != 0 || table.driver() != PageTable.Driver.MOCK) {
            return Optional.of(Errno.EINVAL);
        }
        if (pasid == FAILS_ON_REPLACE) {
            failing = !failing;
            return failing ? Optional.empty() : Optional.of(Errno.ENOMEM);
        }
        return Optional.empty();
    }

    @Override
    public void pasidDetached(int pasid) {
        failing &= pasid != FAILS_ON_REPLACE;
    }

    @Override
    public boolean nests(int flags) {
        return release.attachesPasids() || (flags & Iommufd.HWPT_ALLOC_PASID) == 0;
    }

    @Override
    public boolean tracksDirty() {
        return !is(NO_DIRTY);
    }

    @Override
    public long capabilities() {
        long ats = release.attachesPasids() ? ATS_NOT_SUPPORTED : 0;
        return DeviceIommu.super.capabilities() | ats;
    }

    @Override
    public int pasidBits() {
        return is(PASIDS) ? PASID_BITS : 0;
    }

    @Override
    public HwInfo info(int type) throws SyscallException {
        SyscallException.require(type == 0 || type == INFO_TYPE, Errno.EOPNOTSUPP);
        byte[] data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(4, INFO_REGISTER).array();
        return new HwInfo(INFO_TYPE, data);
    }
}
