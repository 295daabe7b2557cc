package org.pinion.lab.cost;

import java.io.IOException;
import java.time.Duration;
import org.pinion.linux.Kernel;

/**
 * What the threads of the just-in-time compilers have used of the processor. The JVM itself counts a method when it is
 * done, and on an emulated processor a single one takes many seconds.
 */
final class CompilerThreads {

    private static final String TASKS = "/proc/self/task";
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    /** Fields of {@code stat} after the name, which is in parentheses: state, ..., utime, stime. */
    private static final int UTIME = 11;

    private final Kernel kernel;

    CompilerThreads(Kernel kernel) {
        this.kernel = kernel;
    }

    /** {@return nanoseconds, in steps of 10 ms} */
    long used() throws IOException {
        long ticks = 0;
        for (String task : kernel.list(TASKS)) {
            ticks += ticksOf(task);
        }
        return ticks * TICK_NANOS;
    }

    /** A thread that is idle ends: what it has used before does not count any more. */
    private long ticksOf(String task) throws IOException {
        try {
            return ticks(kernel.readFile(TASKS + "/" + task + "/stat"));
        } catch (IOException failed) {
            if (kernel.list(TASKS).contains(task)) {
                throw failed;
            }
            return 0;
        }
    }

    private static long ticks(String stat) {
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        if (!name.matches("C[12] CompilerThre.*")) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
    }
}
