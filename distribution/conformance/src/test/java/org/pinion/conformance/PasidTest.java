package org.pinion.conformance;

import static org.pinion.linux.uapi.Iommufd.HWPT_ALLOC_NEST_PARENT;
import static org.pinion.linux.uapi.Iommufd.HWPT_ALLOC_PASID;
import static org.pinion.linux.uapi.Iommufd.HWPT_FAULT_ID_VALID;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/** The PASIDs of a device have page tables of their own. */
@ParameterizedClass(name = "{0}")
@EnumSource(PasidVariant.class)
@DisplayName("iommufd_device_pasid")
class PasidTest extends IommufdFixture {

    private static final int PASID = 100;
    private static final int OTHER = 200;
    /** A PASID whose second page table is refused by the mock driver. */
    private static final int FAILING = 1024;
    private static final int FAULTING = 2048;

    private static final int VIOMMU_TYPE = 0xdeadbeef;

    @Parameter
    PasidVariant variant;

    private final int ioas = iommufd.ioas();
    private final MemorySegment data = arena.allocate(8, 8);
    private Mock.Device device;
    private Mock.Device plain = Mock.Device.NONE;

    /** A page table that others are on top of, which is not made for PASIDs. */
    private int parent;
    private int first;
    private int second;
    private int table;

    @BeforeEach
    void makePageTables() {
        KernelUnderTest.requires(6, 15);
        device = mock.attach(ioas, Mock.PASIDS);
        if (variant == PasidVariant.NO_PASID) {
            plain = mock.attach(ioas, 0);
        }
        parent = Expect.id(iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_NEST_PARENT));
        first = nested(parent, HWPT_ALLOC_PASID, 0);
        second = nested(parent, HWPT_ALLOC_PASID, 0);
        table = Expect.id(iommufd.pageTable(device.id(), ioas, HWPT_ALLOC_PASID));
    }

    private int nested(int on, int flags, int queue) {
        data.set(ValueLayout.JAVA_INT, 0, Mock.IOTLB);
        return Expect.id(iommufd.pageTable(device.id(), on, flags,
                alloc -> alloc.dataType(Mock.DATA_TYPE).dataLen(8).dataUptr(data.address()).faultId(queue)));
    }

    private int guest() {
        MemorySegment alloc = arena.allocate(40, 8);
        alloc.set(ValueLayout.JAVA_INT, 0, 40);
        alloc.set(ValueLayout.JAVA_INT, 8, VIOMMU_TYPE);
        alloc.set(ValueLayout.JAVA_INT, 12, device.id());
        alloc.set(ValueLayout.JAVA_INT, 16, parent);
        Expect.succeeds(iommufd.ioctl(Iommufd.VIOMMU_ALLOC, alloc));
        return alloc.get(ValueLayout.JAVA_INT, 20);
    }

    private void attach(int pasid, int to) {
        Expect.succeeds(mock.attachPasid(device, pasid, to));
        isAttached(pasid, to);
    }

    private void detach(int pasid) {
        Expect.succeeds(mock.detachPasid(device, pasid));
        isAttached(pasid, 0);
    }

    private void isAttached(int pasid, int to) {
        Expect.succeeds(mock.checkPasid(device, pasid, to));
    }

    private void refused(Errno errno, int pasid, int to, int stays) {
        Expect.fails(errno, mock.attachPasid(device, pasid, to));
        isAttached(pasid, stays);
    }

    @Test
    @DisplayName("pasid_attach")
    void aPasidIsAttachedMovedAndDetached() {
        detach(PASID);
        nested(guest(), HWPT_ALLOC_PASID, 0);
        PageFaults faults = new PageFaults(iommufd);
        int faulting = nested(parent, HWPT_FAULT_ID_VALID | HWPT_ALLOC_PASID, faults.id);
        theDevicesOwnPageTableMustAllowIt();
        if (variant == PasidVariant.NO_PASID) {
            aDeviceWithoutPasidsHasNone();
        }
        attaching();
        replacing();
        aDriverThatFails();
        pageFaults(faults, faulting);
        Expect.succeeds(iommufd.destroy(faulting));
        faults.destroy();
        Expect.succeeds(mock.replace(device, ioas));
    }

    private void theDevicesOwnPageTableMustAllowIt() {
        Expect.succeeds(mock.replace(device, parent));
        refused(Errno.EINVAL, PASID, table, 0);
        Expect.succeeds(mock.replace(device, table));
        attach(PASID, first);
        Expect.fails(Errno.EINVAL, mock.replace(device, parent));
        detach(PASID);
    }

    private void aDeviceWithoutPasidsHasNone() {
        Expect.succeeds(mock.replace(plain, first));
        Expect.succeeds(mock.replace(plain, ioas));
        Expect.fails(Errno.EINVAL, mock.attachPasid(plain, PASID, parent));
        Expect.fails(Errno.EINVAL, mock.attachPasid(plain, PASID, table));
    }

    private void attaching() {
        refused(Errno.EINVAL, PASID, parent, 0);
        refused(Errno.EINVAL, PASID, ioas, 0);
        attach(PASID, table);
        refused(Errno.EBUSY, PASID, first, table);
        detach(PASID);
        attach(PASID, first);
        refused(Errno.EBUSY, PASID, first, first);
        detach(PASID);
    }

    private void replacing() {
        Expect.fails(Errno.EINVAL, mock.replacePasid(device, OTHER, table));
        attach(OTHER, table);
        Expect.fails(Errno.EINVAL, mock.replacePasid(device, OTHER, ioas));
        isAttached(OTHER, table);
        for (int next : new int[] {first, second}) {
            Expect.succeeds(mock.replacePasid(device, OTHER, next));
            isAttached(OTHER, next);
        }
        detach(OTHER);
    }

    private void aDriverThatFails() {
        attach(FAILING, table);
        Expect.fails(Errno.ENOMEM, mock.replacePasid(device, FAILING, first));
        isAttached(FAILING, table);
        detach(FAILING);
    }

    private void pageFaults(PageFaults faults, int faulting) {
        attach(FAULTING, faulting);
        faults.faultAndAnswer(mock, device, FAULTING);
        Expect.succeeds(mock.replacePasid(device, FAULTING, table));
        isAttached(FAULTING, table);
        detach(FAULTING);
    }
}
