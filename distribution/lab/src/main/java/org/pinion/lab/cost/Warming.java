package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.pinion.api.IommuException;

/** Runs until the compilers have nothing left to do. An emulated processor takes its time for that. */
final class Warming {

    private static final Work PAGES = new Work("4 KiB", 4096, 8192, 1, 64, 250);
    private static final long IOVA = 1L << 32;
    private static final long IDLE_NANOS = Duration.ofSeconds(8).toNanos();
    private static final long MOST_NANOS = Duration.ofSeconds(400).toNanos();
    private static final double IDLE = 0.03;

    private final CompilerThreads compilers;
    private final PrintStream log;

    Warming(CompilerThreads compilers, PrintStream log) {
        this.compilers = compilers;
        this.log = log;
    }

    /** {@return whether the compilers have come to rest within the time that there is} */
    boolean run(List<Side> sides) throws IOException, IommuException {
        long start = System.nanoTime();
        long idle = 0;
        for (int round = 0; idle < IDLE_NANOS && System.nanoTime() - start < MOST_NANOS; round++) {
            long began = System.nanoTime();
            long compiled = compilers.used();
            StringBuilder times = new StringBuilder();
            for (Side side : sides) {
                long nanos = side.round(PAGES, IOVA) / PAGES.pairs();
                times.append(' ').append(side.getClass().getSimpleName()).append(' ').append(nanos);
            }
            long spent = System.nanoTime() - began;
            double part = (double) (compilers.used() - compiled) / spent;
            idle = part < IDLE ? idle + spent : 0;
            log.printf("warming %d:%s ns, %.2f of the time compiling%n", round, times, part);
        }
        return idle >= IDLE_NANOS;
    }
}
