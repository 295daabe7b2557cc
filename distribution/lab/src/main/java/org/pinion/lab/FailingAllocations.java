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
 * allocation that it makes in the kernel from now on fails. For the thread that opened it.
 */
final class FailingAllocations implements AutoCloseable {

    private static final String FAILSLAB = "/sys/kernel/debug/failslab/";
    private static final int DIGITS = 16;

    private final Kernel kernel;
    private final int file;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment text = arena.allocate(DIGITS);

    FailingAllocations(Kernel kernel) throws IOException {
        this.kernel = kernel;
        kernel.writeFile(FAILSLAB + "ignore-gfp-wait", "N");
        kernel.writeFile(FAILSLAB + "verbose", "0");
        file = kernel.open("/proc/thread-self/fail-nth", Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        Expect.that(file >= 0, "fail-nth cannot be opened: " + file);
    }

    /** Lets the N-th allocation fail; 0 lets none. */
    void failNth(int number) {
        byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        MemorySegment written = text.asSlice(0, digits.length).copyFrom(MemorySegment.ofArray(digits));
        Expect.equal("bytes written to fail-nth", (long) digits.length, kernel.pwrite(file, written, 0));
    }

    /** Ends it, and says whether the allocation came and failed. */
    boolean hasFailed() {
        long length = kernel.pread(file, text, 0);
        Expect.that(length > 0, "fail-nth cannot be read: " + length);
        byte[] digits = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        boolean failed = new String(digits, StandardCharsets.US_ASCII).strip().equals("0");
        failNth(0);
        return failed;
    }

    @Override
    public void close() {
        kernel.close(file);
        arena.close();
    }
}
