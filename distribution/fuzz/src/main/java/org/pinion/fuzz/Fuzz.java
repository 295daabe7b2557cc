package org.pinion.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.ffm.NativeKernel;

/** The program: compares this machine's kernel with the emulated one that plays it, or replays a script. */
public final class Fuzz {

    private static final int WRONG_USAGE = 2;

    private static final String USAGE = """
            usage: fuzz [--seed S] [--ops N] [--seconds N] [--machine 'RELEASE IOMMU'] [--differences N]
                   fuzz --replay FILE [--machine 'RELEASE IOMMU']
                   fuzz --measure AREAS [--machine 'RELEASE IOMMU']

            RELEASE is 7.3 or 6.12, IOMMU is intel, amd, virtio or none: the machine this is; and a third word, limited
            or choosing, if the process may lock 64 KiB and a container takes 5 mappings.""";

    private Fuzz() {}

    /**
     * @param arguments see the usage
     * @throws IOException if this machine's kernel cannot be asked
     */
    public static void main(String[] arguments) throws IOException {
        Options options;
        try {
            options = Options.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("fuzz: " + e.getMessage() + "\n" + USAGE);
            System.exit(WRONG_USAGE);
            return;
        }
        System.exit(run(options));
    }

    private static int run(Options options) throws IOException {
        if (options.areas() > 0) {
            Measurement.print(new NativeKernel(), options.areas(), System.out);
            Measurement.print(options.machine().emulated(), options.areas(), System.out);
            return 0;
        }
        return options.replay().isPresent() ? replay(options) : compare(options);
    }

    private static Duel duel(Machine machine) throws IOException {
        return new Duel(new NativeKernel(), machine::emulated);
    }

    private static int compare(Options options) throws IOException {
        try (Duel duel = duel(options.machine())) {
            Watch.start(duel, System.out);
            Campaign campaign = new Campaign(options, duel, System.out);
            return campaign.run() == 0 ? 0 : 1;
        }
    }

    private static int replay(Options options) throws IOException {
        Path file = options.replay().orElseThrow();
        Script script = Script.parse(Files.readString(file));
        try (Duel duel = duel(options.machine())) {
            Watch.start(duel, System.out);
            return print(script.steps(), duel, System.out) ? 0 : 1;
        }
    }

    /** Every step with both answers; whether all are the same. */
    private static boolean print(List<Operation> steps, Duel duel, PrintStream out) {
        Optional<Operation> first = Optional.empty();
        for (Operation step : steps) {
            Duel.Outcome outcome = duel.step(step);
            out.println(step.text() + " -> " + outcome.reference().text(step));
            if (!outcome.same()) {
                out.println("# emulator: " + outcome.emulated().text(step));
                first = first.or(() -> Optional.of(step));
            }
        }
        return first.isEmpty();
    }
}
