package org.pinion.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.pinion.linux.Kernel;

/** How many pages the process has pinned and locked, beyond what it had at first. */
final class Ledgers {

    private static final String STATUS = "/proc/self/status";

    private final Kernel kernel;
    private final long pinnedAtFirst;
    private final long lockedAtFirst;

    Ledgers(Kernel kernel) throws IOException {
        this.kernel = kernel;
        String status = kernel.readFile(STATUS);
        pinnedAtFirst = kilobytes(status, "VmPin:");
        lockedAtFirst = kilobytes(status, "VmLck:");
    }

    /** Both numbers, in kilobytes. */
    Answer answer() throws IOException {
        String status = kernel.readFile(STATUS);
        return Answer.of(0, ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt((int) (kilobytes(status, "VmPin:") - pinnedAtFirst))
                .putInt((int) (kilobytes(status, "VmLck:") - lockedAtFirst))
                .array());
    }

    private static long kilobytes(String status, String name) {
        int at = status.indexOf(name);
        int end = status.indexOf(" kB", at);
        if (at < 0 || end < 0) {
            throw new IllegalStateException(STATUS + " has no " + name);
        }
        return Long.parseLong(status.substring(at + name.length(), end).strip());
    }
}
