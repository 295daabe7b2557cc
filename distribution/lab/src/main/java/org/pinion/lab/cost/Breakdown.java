package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/** Where the time of a commit goes: what is called from it looks at the clock. */
final class Breakdown {

    private static final int GET_API_VERSION = 0x3b64;
    private static final long IOVA = 1L << 36;
    private static final int ROUNDS = 20;
    private static final int CALLS = 2000;

    private final Kernel kernel;
    private final CommitSide commit;
    private final Stopwatch watch;

    /** A part, done so often. */
    private interface Part {
        void run(int times) throws IOException;
    }

    /**
     * @param kernel takes calls that do nothing
     * @param commit commits by plugins that look at the clock
     * @param watch that clock
     */
    Breakdown(Kernel kernel, CommitSide commit, Stopwatch watch) {
        this.kernel = kernel;
        this.commit = commit;
        this.watch = watch;
    }

    /**
     * Measures and prints.
     *
     * @param page medians of a 4 KiB pair: C, session, commit
     * @param reference tells what an ioctl takes that does nothing
     * @param out takes the table
     */
    void print(List<Double> page, ReferenceSide reference, PrintStream out) throws IOException, IommuException {
        Laps maps = new Laps();
        Laps unmaps = new Laps();
        commit.attach();
        for (int round = 0; round < ROUNDS; round++) {
            for (FlatView view : commit.views(Work.PAGE, IOVA)) {
                maps.add(laps(view));
                unmaps.add(laps(CommitSide.NOTHING));
            }
        }
        commit.detach();
        out.println("Of a 4 KiB pair of commits, in other rounds than those above:       map     unmap");
        double[] map = maps.means();
        double[] unmap = unmaps.means();
        for (Moment moment : Moment.values()) {
            if (moment != Moment.CALLED) {
                line(out, moment.words(), map[moment.ordinal()], unmap[moment.ordinal()]);
            }
        }
        line(out, "together", DoubleStream.of(map).sum(), DoubleStream.of(unmap).sum());
        out.printf(Locale.ROOT, "The ioctls of a pair: %.1f from C; with the backend around them: %.1f%n",
                Comparison.micros(page.get(0)), Comparison.micros(page.get(1)));
        out.printf(Locale.ROOT, "An ioctl that does nothing: %.2f from C, %.2f from Java; a look at the clock: %.2f%n",
                Comparison.micros((double) reference.nothing(CALLS) / CALLS),
                Comparison.micros(time(this::callNothing)), Comparison.micros(time(Breakdown::lookAtTheClock)));
    }

    private long[] laps(FlatView view) throws IommuException {
        AddressSpace space = commit.space();
        watch.start();
        space.commit(view);
        watch.pass(Moment.RETURNED);
        return watch.laps();
    }

    private static void line(PrintStream out, String what, double map, double unmap) {
        out.printf(Locale.ROOT, "  %-66s %9.1f %9.1f%n", what, Comparison.micros(map), Comparison.micros(unmap));
    }

    private static double time(Part part) throws IOException {
        Samples samples = new Samples();
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            part.run(CALLS);
            samples.add((double) (System.nanoTime() - start) / CALLS);
        }
        return samples.median();
    }

    private void callNothing(int times) throws IOException {
        int fd = kernel.open("/dev/vfio/vfio", Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            throw new IOException("/dev/vfio/vfio does not open: " + fd);
        }
        for (int i = 0; i < times; i++) {
            kernel.ioctl(fd, GET_API_VERSION, 0);
        }
        kernel.close(fd);
    }

    private static void lookAtTheClock(int times) {
        for (int i = 0; i < times; i++) {
            System.nanoTime();
        }
    }
}
