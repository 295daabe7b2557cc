package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** Mock devices are there if they are asked for. What they do is told by distribution/conformance. */
class MockDevicesTest {

    private static final int TEST_CMD = 0x3ba0;
    private static final int SIZE = 72;
    private static final int MOCK_DOMAIN = 2;
    private static final int HANDLE_AT = 16;

    private final Arena arena = Arena.ofAuto();

    private MemorySegment request(int op, int id) {
        MemorySegment request = arena.allocate(SIZE, 8);
        request.set(ValueLayout.JAVA_INT, 0, SIZE);
        request.set(ValueLayout.JAVA_INT, 4, op);
        request.set(ValueLayout.JAVA_INT, 8, id);
        return request;
    }

    private static Object send(Process process, MemorySegment request) {
        return errno(process.kernel.ioctl(process.iommufd, TEST_CMD, request));
    }

    private static Process withMockDevices() {
        return Process.on("{mock-devices: true, devices: []}");
    }

    @Test
    void aMachineOfUsersHasNone() {
        Process process = Process.onLab();
        assertThat(send(process, request(MOCK_DOMAIN, process.ioas()))).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void oneIsAttachedAndPinsWhatIsMapped() throws Exception {
        Process process = withMockDevices();
        int ioas = process.ioas();
        MemorySegment request = request(MOCK_DOMAIN, ioas);
        assertThat(send(process, request)).isEqualTo(0);
        assertThat(process.usable(ioas)).containsExactly("0x1000000-0x7fffffff");
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0x1000000);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
        assertThat(process.destroy(request.get(ValueLayout.JAVA_INT, HANDLE_AT))).isZero();
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
    }

    @Test
    void closingTheIommufdTakesThemAwayWithAllTheyPinned() throws Exception {
        Process process = withMockDevices();
        int ioas = process.ioas();
        send(process, request(MOCK_DOMAIN, ioas));
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0x1000000);
        process.kernel.close(process.iommufd);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void oneThatCannotBeAttachedLeavesNothingBehind() {
        Process process = withMockDevices();
        int ioas = process.ioas();
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        assertThat(send(process, request(MOCK_DOMAIN, ioas))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.destroy(ioas)).isZero();
    }
}
