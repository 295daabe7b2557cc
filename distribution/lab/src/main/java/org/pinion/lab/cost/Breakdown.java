package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** Where the time of a commit goes, found by asking for its parts alone. */
final class Breakdown {

    private static final int GET_API_VERSION = 0x3b64;
    private static final long IOVA = 1L << 36;
    private static final int ROUNDS = 25;
    private static final int CALLS = 2000;

    private final Scene scene;
    private final Kernel kernel;
    private final List<MemoryClassifier> classifiers;
    private final MappingPolicy policy;

    /** A part, done so often. */
    private interface Part {
        void run(int times) throws Exception;
    }

    Breakdown(Scene scene, Kernel kernel, List<MemoryClassifier> classifiers, MappingPolicy policy) {
        this.scene = scene;
        this.kernel = kernel;
        this.classifiers = classifiers;
        this.policy = policy;
    }

    /**
     * Measures and prints.
     *
     * @param page medians of a 4 KiB pair: C, session, commit
     */
    void print(List<Double> page, CommitSide commit, ReferenceSide reference, PrintStream out) throws Exception {
        List<FlatView> views = commit.views(Work.PAGE, IOVA);
        commit.attach();
        double classify = time(views.size(), times -> classify(views.subList(0, times)));
        List<Candidate> candidates = candidates(views, commit);
        double decide = time(candidates.size(), times -> decide(candidates.subList(0, times)));
        double plan = time(views.size(), times -> preview(commit, views.subList(0, times)));
        List<FlatView> nothing = List.of(FlatView.EMPTY);
        double planOfNothing = time(CALLS / 20, times -> {
            for (int i = 0; i < times; i++) {
                preview(commit, nothing);
            }
        });
        commit.detach();
        double call = time(CALLS, this::callNothing);
        double callFromC = (double) reference.nothing(CALLS) / CALLS;
        out.println("Of a 4 KiB pair of commits:");
        line(out, "the ioctls, from C", page.get(0));
        line(out, "the backend around them", page.get(1) - page.get(0));
        line(out, "classifiers", classify);
        line(out, "policy", decide);
        line(out, "the rest of both plans", plan + planOfNothing - classify - decide);
        line(out, "diff, budget, table, snapshot, events", page.get(2) - page.get(1) - plan - planOfNothing);
        out.printf(Locale.ROOT, "An ioctl that does nothing: %.2f from C, %.2f from Java%n",
                Comparison.micros(callFromC), Comparison.micros(call));
    }

    private static void line(PrintStream out, String what, double nanos) {
        out.printf(Locale.ROOT, "  %-40s %9.1f%n", what, Comparison.micros(nanos));
    }

    private static double time(int times, Part part) throws Exception {
        Samples samples = new Samples();
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            part.run(times);
            samples.add((double) (System.nanoTime() - start) / times);
        }
        return samples.median();
    }

    private List<Trait> classify(List<FlatView> views) throws IommuException {
        List<Trait> traits = new ArrayList<>();
        for (FlatView view : views) {
            for (MemoryClassifier classifier : classifiers) {
                traits.addAll(classifier.classify(view.sections()));
            }
        }
        return traits;
    }

    private List<Candidate> candidates(List<FlatView> views, CommitSide commit) throws IommuException {
        List<Candidate> candidates = new ArrayList<>();
        Candidate.Planning planning = new Candidate.Planning(scene.backend(), Set.of(scene.route()), "", 4096,
                commit.space().snapshot().plan().limits().devices());
        for (FlatView view : views) {
            for (Section section : view.sections()) {
                candidates.add(new Candidate(section.range(), section, classify(List.of(view)), planning));
            }
        }
        return candidates;
    }

    private List<Verdict> decide(List<Candidate> candidates) {
        return candidates.stream().map(policy::decide).toList();
    }

    private static void preview(CommitSide commit, List<FlatView> views) throws IommuException {
        for (FlatView view : views) {
            commit.space().preview(view, List.of());
        }
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
}
