package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.pinion.api.IommuException;

/** Runs until the compiler has nothing left to do. An emulated processor takes its time for that. */
final class Warming {

    private static final Work PAGES = new Work("4 KiB", 4096, 8192, 1, 64, 250);
    private static final long IOVA = 1L << 32;
    private static final long LEAST_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long MOST_NANOS = Duration.ofSeconds(300).toNanos();
    private static final double IDLE = 0.05;
    private static final int IDLE_ROUNDS = 3;

    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final PrintStream log;

    Warming(PrintStream log) {
        this.log = log;
    }

    void run(List<Side> sides) throws IOException, IommuException {
        long start = System.nanoTime();
        int idle = 0;
        long spent = 0;
        for (int round = 0; spent < LEAST_NANOS || spent < MOST_NANOS && idle < IDLE_ROUNDS; round++) {
            long began = System.nanoTime();
            long compiled = compiler.getTotalCompilationTime();
            StringBuilder times = new StringBuilder();
            for (Side side : sides) {
                long nanos = side.round(PAGES, IOVA) / PAGES.pairs();
                times.append(' ').append(side.getClass().getSimpleName()).append(' ').append(nanos);
            }
            long ended = System.nanoTime();
            double part = 1e6 * (compiler.getTotalCompilationTime() - compiled) / (ended - began);
            idle = part < IDLE ? idle + 1 : 0;
            spent = ended - start;
            log.printf("warming %d:%s ns, %.2f of the time compiling%n", round, times, part);
        }
    }
}
