package org.pinion.conformance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/** How requests tell their size, what is wrong with an id, a pointer or a number, and the options of an iommufd. */
@DisplayName("iommufd")
class RequestFrameTest extends IommufdFixture {

    private static final int UNKNOWN = Iommufd.DESTROY - 1;

    /**
     * A request.
     *
     * @param number its number
     * @param minimum the shortest structure it takes, bytes
     * @param size the structure's size, bytes
     */
    private record Request(int number, int minimum, int size) {

        Request(int number, int size) {
            this(number, size, size);
        }
    }

    private static List<Request> requests() {
        List<Request> requests = new ArrayList<>(List.of(
                new Request(Iommufd.DESTROY, 8), new Request(Iommufd.GET_HW_INFO, 32, 40),
                new Request(Iommufd.HWPT_ALLOC, 24, 48), new Request(Iommufd.HWPT_INVALIDATE, 32),
                new Request(Iommufd.IOAS_ALLOC, 12), new Request(Iommufd.IOAS_IOVA_RANGES, 32),
                new Request(Iommufd.IOAS_ALLOW_IOVAS, 24), new Request(Iommufd.IOAS_MAP, 40),
                new Request(Iommufd.IOAS_COPY, 40), new Request(Iommufd.IOAS_UNMAP, 24),
                new Request(Iommufd.OPTION, 24), new Request(Iommufd.VFIO_IOAS, 12)));
        if (KernelUnderTest.has(6, 14)) {
            requests.addAll(List.of(
                    new Request(Iommufd.IOAS_MAP_FILE, 40), new Request(Iommufd.VIOMMU_ALLOC, 24, 40),
                    new Request(Iommufd.VDEVICE_ALLOC, 24), new Request(Iommufd.IOAS_CHANGE_PROCESS, 8)));
        }
        return requests;
    }

    private int destroy(int declared, long id, int after) {
        MemorySegment struct = arena.allocate(16, 8);
        struct.set(ValueLayout.JAVA_INT, 0, declared);
        struct.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, id);
        struct.set(ValueLayout.JAVA_INT, 12, after);
        return iommufd.ioctl(Iommufd.DESTROY, struct);
    }

    @Test
    @DisplayName("simple_close")
    void anIommufdCanBeClosed() {
        Expect.succeeds(iommufd.fd);
    }

    @Test
    @DisplayName("cmd_fail")
    void wrongIdsPointersAndNumbersAreToldApart() {
        Expect.fails(Errno.ENOENT, iommufd.destroy(0));
        Expect.fails(Errno.EFAULT, iommufd.kernel.ioctl(iommufd.fd, Iommufd.DESTROY, 0L));
        Expect.fails(Errno.ENOTTY, iommufd.ioctl(UNKNOWN, arena.allocate(8, 8)));
    }

    @Test
    @DisplayName("cmd_length")
    void aStructureMayBeLongerIfTheRestIsZero() {
        requests().forEach(this::checkLength);
    }

    private void checkLength(Request request) {
        MemorySegment struct = arena.allocate(request.size + 8, 8);
        struct.set(ValueLayout.JAVA_BYTE, request.size, (byte) 0xff);
        Expect.fails(Errno.EINVAL, ioctl(request, struct, request.minimum - 1));
        Expect.fails(Errno.E2BIG, ioctl(request, struct, request.size + 1));
        String answer = Expect.told(ioctl(request, struct, request.size));
        struct.set(ValueLayout.JAVA_BYTE, request.size, (byte) 0);
        String longer = Expect.told(ioctl(request, struct, request.size + 1));
        if (!answer.equals(longer)) {
            throw new AssertionError("request 0x%x answers %s, and %s if it is longer".formatted(
                    request.number, answer, longer));
        }
    }

    private int ioctl(Request request, MemorySegment struct, int declared) {
        struct.set(ValueLayout.JAVA_INT, 0, declared);
        return iommufd.ioctl(request.number, struct);
    }

    @Test
    @DisplayName("cmd_ex_fail")
    void whatFollowsAStructureIsCheckedBeforeTheId() {
        Expect.fails(Errno.ENOENT, destroy(16, 0, 0));
        Expect.fails(Errno.E2BIG, destroy(16, 0, 1));
        Expect.fails(Errno.ENOENT, destroy(8, 0, 1));
        Expect.fails(Errno.EINVAL, destroy(7, 0, 1));
    }

    @Test
    @DisplayName("global_options")
    void pinsAreChargedToTheUserOrTheProcess() {
        Expect.equal(0, iommufd.option(Iommufd.OPTION_RLIMIT_MODE, 0));
        Expect.succeeds(iommufd.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 1));
        Expect.fails(Errno.EINVAL, iommufd.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 2));
        Expect.equal(1, iommufd.option(Iommufd.OPTION_RLIMIT_MODE, 0));
        Expect.succeeds(iommufd.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 0));
        Expect.fails(Errno.ENOENT, iommufd.option(Iommufd.OPTION_HUGE_PAGES, 0));
        Expect.fails(Errno.ENOENT, iommufd.setOption(Iommufd.OPTION_HUGE_PAGES, 0, 0));
    }
}
