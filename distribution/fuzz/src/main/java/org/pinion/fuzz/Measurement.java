package org.pinion.fuzz;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/** How many requests a second a kernel takes, through the same calls as all of Pinion's. */
final class Measurement {

    private static final int THREADS = 4;
    private static final int WARMING = 3;
    private static final long FIRST = 0x1000000;
    private static final long PAGE = Ram.PAGE;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Kernel kernel;
    private final PrintStream out;
    private final long address;

    private Measurement(Kernel kernel, PrintStream out) throws ErrnoException {
        this.kernel = kernel;
        this.out = out;
        MemorySegment memory = kernel.mmap(
                PAGE, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        memory.fill((byte) 1);
        this.address = memory.address();
    }

    /** Prints a line for each measurement. */
    static void print(Kernel kernel, int areas, PrintStream out) throws ErrnoException {
        Measurement measurement = new Measurement(kernel, out);
        out.println(kernel.description());
        measurement.options();
        measurement.mapAndUnmap("map and unmap, no page table", false);
        measurement.mapAndUnmap("map and unmap, a mock page table", true);
        measurement.many(areas);
        measurement.threads();
    }

    private void line(String what, double each, double perSecond) {
        out.printf("  %-36s %10.2f us %12.0f /s%n", what, each, perSecond);
    }

    private void line(String what, long times, long nanos) {
        line(what, nanos / 1000.0 / times, times * (double) SECOND / nanos);
    }

    /** Runs something for some seconds to warm up and for another to be counted. */
    private void timed(String what, Runnable once) {
        for (int i = 0; i < WARMING; i++) {
            run(once);
        }
        long start = System.nanoTime();
        long times = run(once);
        line(what, times, System.nanoTime() - start);
    }

    private static long run(Runnable once) {
        long start = System.nanoTime();
        long times = 0;
        while (System.nanoTime() - start < SECOND) {
            once.run();
            times++;
        }
        return times;
    }

    private void options() throws ErrnoException {
        try (Arena arena = Arena.ofConfined(); MappedSpace space = new MappedSpace(kernel, arena)) {
            timed("a request that does next to nothing", space::option);
        }
    }

    private void mapAndUnmap(String what, boolean table) throws ErrnoException {
        try (Arena arena = Arena.ofConfined(); MappedSpace space = new MappedSpace(kernel, arena)) {
            if (table && !space.attachMock()) {
                return;
            }
            timed(what, () -> {
                space.map(address, PAGE, FIRST);
                space.unmap(FIRST, PAGE);
            });
        }
    }

    private void many(int areas) throws ErrnoException {
        try (Arena arena = Arena.ofConfined(); MappedSpace space = new MappedSpace(kernel, arena)) {
            long start = System.nanoTime();
            for (long i = 0; i < areas; i++) {
                space.map(address, PAGE, FIRST + 2 * i * PAGE);
            }
            line("map, until there are " + areas, areas, System.nanoTime() - start);
            long middle = FIRST + (areas | 1L) * PAGE;
            timed("map and unmap among " + areas, () -> {
                space.map(address, PAGE, middle);
                space.unmap(middle, PAGE);
            });
            long before = System.nanoTime();
            space.unmap(0, -1);
            line("unmap all at once, each", areas, System.nanoTime() - before);
        }
    }

    private void threads() throws ErrnoException {
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                counts.add(executor.submit(this::mapForASecond));
            }
            long all = 0;
            for (Future<Long> count : counts) {
                all += count.get();
            }
            line("map and unmap, " + THREADS + " threads", all, SECOND);
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("a thread did not measure", e);
        }
    }

    private long mapForASecond() throws ErrnoException {
        try (Arena arena = Arena.ofConfined(); MappedSpace space = new MappedSpace(kernel, arena)) {
            return run(() -> {
                space.map(address, PAGE, FIRST);
                space.unmap(FIRST, PAGE);
            });
        }
    }
}
