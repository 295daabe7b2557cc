package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.uapi.Iommufd;

/** A queue that page faults of devices come through, and their answers go through. */
final class PageFaults {

    private static final int FAULT_BYTES = 40;
    private static final int PASID_AT = 8;
    private static final int ADDRESS_AT = 24;
    private static final int COOKIE_AT = 36;
    private static final int SUCCESS = 0;

    private static final int GROUP = 2;
    private static final int READ_AND_WRITE = 3;
    private static final long ADDRESS = 0xdeadbeafL;

    private final OpenIommufd iommufd;
    final int id;
    private final int fd;

    PageFaults(OpenIommufd iommufd) {
        this.iommufd = iommufd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment alloc = arena.allocate(16, 8);
            alloc.set(ValueLayout.JAVA_INT, 0, 16);
            Expect.succeeds(iommufd.ioctl(Iommufd.FAULT_QUEUE_ALLOC, alloc));
            id = alloc.get(ValueLayout.JAVA_INT, 8);
            fd = alloc.get(ValueLayout.JAVA_INT, 12);
        }
    }

    /** A device asks for a page, is told to the process, and answered. */
    void faultAndAnswer(Mock mock, Mock.Device device, int pasid) {
        Expect.succeeds(mock.pageFault(device.id(), pasid, GROUP, READ_AND_WRITE, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fault = arena.allocate(FAULT_BYTES, 8);
            Expect.equal(FAULT_BYTES, iommufd.kernel.read(fd, fault));
            assertThat(fault.get(ValueLayout.JAVA_INT, 4)).isEqualTo(device.id());
            assertThat(fault.get(ValueLayout.JAVA_INT, PASID_AT)).isEqualTo(pasid);
            assertThat(fault.get(ValueLayout.JAVA_LONG, ADDRESS_AT)).isEqualTo(ADDRESS);
            MemorySegment answer = arena.allocate(8, 8);
            answer.set(ValueLayout.JAVA_INT, 0, fault.get(ValueLayout.JAVA_INT, COOKIE_AT));
            answer.set(ValueLayout.JAVA_INT, 4, SUCCESS);
            Expect.equal(8, iommufd.kernel.write(fd, answer));
        }
    }

    void destroy() {
        Expect.succeeds(iommufd.kernel.close(fd));
        Expect.succeeds(iommufd.destroy(id));
    }
}
