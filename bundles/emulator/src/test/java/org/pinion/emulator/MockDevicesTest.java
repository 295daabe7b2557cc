package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** Mock devices are there if they are asked for. What they do is told by distribution/conformance. */
class MockDevicesTest {

    private static final int TEST_CMD = 0x3ba0;
    private static final int SIZE = 72;
    private static final int MOCK_DOMAIN = 2;
    private static final int MD_CHECK_REFS = 4;
    private static final int CREATE_ACCESS = 5;
    private static final int ACCESS_REPLACE_IOAS = 11;
    private static final int DMABUF_GET = 22;
    private static final int DMABUF_REVOKE = 23;
    private static final int NOT_THERE = 99;
    private static final int HANDLE_AT = 16;

    private final Arena arena = Arena.ofAuto();
    private final Queue<Object> wrong = new ConcurrentLinkedQueue<>();

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

    /** Two iommufds look into one another at the same time: how often a page is pinned, an access, a dma-buf. */
    @Test
    void iommufdsThatReachIntoOneAnotherDoNotWaitForEver() throws Exception {
        Process first = withMockDevices();
        Process second = new Process(first.kernel);
        List<Thread> threads = List.of(reaching(first, second), reaching(second, first));
        for (Thread thread : threads) {
            thread.join(Duration.ofMinutes(1));
        }
        assertThat(threads).noneMatch(Thread::isAlive);
        assertThat(wrong).isEmpty();
    }

    private Thread reaching(Process own, Process other) {
        int access = access(other);
        int buffer = bufferMappedBy(other);
        long va = own.memory(PAGE).address();
        return Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < 10_000; i++) {
                check(send(own, request(MD_CHECK_REFS, 0, PAGE, va, 0)), 0);
                check(send(own, request(ACCESS_REPLACE_IOAS, access, NOT_THERE, 0, 0)), Errno.ENOENT);
                check(send(own, request(DMABUF_REVOKE, 0, buffer | (long) (i & 1) << Integer.SIZE, 0, 0)), 0);
            }
        });
    }

    private void check(Object answer, Object expected) {
        if (!answer.equals(expected)) {
            wrong.add(answer);
        }
    }

    private int access(Process process) {
        MemorySegment request = request(CREATE_ACCESS, process.ioas());
        assertThat(send(process, request)).isEqualTo(0);
        return request.get(ValueLayout.JAVA_INT, HANDLE_AT);
    }

    /** The request does not tell its descriptor: it is the lowest that is free. */
    private int bufferMappedBy(Process process) {
        int next = process.memfd(PAGE);
        process.kernel.close(next);
        assertThat(send(process, request(DMABUF_GET, 0, PAGE, 0, 0))).isEqualTo(0);
        assertThat(process.mapFile(process.ioas(), Process.RW, next, 0, PAGE, 0)).isZero();
        return next;
    }

    private MemorySegment request(int op, int id, long first, long second, long third) {
        MemorySegment request = request(op, id);
        request.set(ValueLayout.JAVA_LONG, HANDLE_AT, first);
        request.set(ValueLayout.JAVA_LONG, HANDLE_AT + 8, second);
        request.set(ValueLayout.JAVA_LONG, HANDLE_AT + 16, third);
        return request;
    }
}
