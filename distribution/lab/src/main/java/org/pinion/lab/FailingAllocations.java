package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * The kernel's fault injection for one thread (Documentation/fault-injection/fault-injection.rst, fail-nth): the N-th
 * allocation that it makes in the kernel fails. For the thread that opened it; what others ask for does not fail.
 */
final class FailingAllocations implements AutoCloseable {

    private static final String FAILSLAB = "/sys/kernel/debug/failslab/";
    private static final int DIGITS = 16;

    private final Kernel kernel;
    private final Thread owner = Thread.currentThread();
    private final int file;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment text = arena.allocate(DIGITS);
    private int left;
    private boolean failed;

    FailingAllocations(Kernel kernel) throws IOException {
        this.kernel = kernel;
        kernel.writeFile(FAILSLAB + "ignore-gfp-wait", "N");
        kernel.writeFile(FAILSLAB + "verbose", "0");
        file = kernel.open("/proc/thread-self/fail-nth", Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        Expect.that(file >= 0, "fail-nth cannot be opened: " + file);
    }

    /** Lets the N-th allocation fail of those between each {@link #begin} and {@link #end} from now on. */
    void failNth(int number) {
        left = number;
        failed = false;
    }

    void begin() {
        if (isOwn()) {
            write(left);
        }
    }

    void end() {
        if (isOwn() && left > 0) {
            left = read();
            failed = left == 0;
            write(0);
        }
    }

    private boolean isOwn() {
        return Thread.currentThread() == owner;
    }

    /** Ends it, and says whether the allocation came and failed. */
    boolean hasFailed() {
        left = 0;
        return failed;
    }

    private void write(int number) {
        byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        MemorySegment written = text.asSlice(0, digits.length).copyFrom(MemorySegment.ofArray(digits));
        Expect.equal("bytes written to fail-nth", (long) digits.length, kernel.pwrite(file, written, 0));
    }

    private int read() {
        long length = kernel.pread(file, text, 0);
        Expect.that(length > 0, "fail-nth cannot be read: " + length);
        byte[] digits = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        return Integer.parseInt(new String(digits, StandardCharsets.US_ASCII).strip());
    }

    @Override
    public void close() {
        kernel.close(file);
        arena.close();
    }
}
