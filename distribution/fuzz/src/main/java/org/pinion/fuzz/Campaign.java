package org.pinion.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Script after script, until enough was compared. */
final class Campaign {

    private static final Duration NEWS = Duration.ofSeconds(20);

    private final Options options;
    private final Duel duel;
    private final PrintStream out;
    private final Map<String, Integer> found = new LinkedHashMap<>();
    private final long start = System.nanoTime();
    private long told = start;
    private long compared;

    Campaign(Options options, Duel duel, PrintStream out) {
        this.options = options;
        this.duel = duel;
        this.out = out;
    }

    /** Answers how many differences there were. */
    int run() throws IOException {
        Dice seeds = new Dice(options.seed());
        int differences = 0;
        while (compared < options.operations() && inTime() && differences < options.differences()) {
            if (script(seeds.seed())) {
                differences++;
            }
            tell();
        }
        found.forEach((signature, times) -> out.println("# " + times + " times " + signature));
        out.printf("%d: %d operations compared, %d differences%n", options.seed(), compared, differences);
        return differences;
    }

    private boolean inTime() {
        return options.seconds() == 0 || System.nanoTime() - start < Duration.ofSeconds(options.seconds()).toNanos();
    }

    private void tell() {
        long now = System.nanoTime();
        if (now - told > NEWS.toNanos()) {
            told = now;
            out.printf("# %d operations, %d a second%n", compared,
                    compared * 1_000_000_000L / Math.max(1, now - start));
        }
    }

    /** Whether there was a difference. */
    private boolean script(long seed) throws IOException {
        Generator generator = new Generator(options.machine(), seed);
        List<Operation> steps = new ArrayList<>();
        Optional<Difference> difference = Optional.empty();
        for (Operation next = generator.next(); next != null && difference.isEmpty(); next = generator.next()) {
            difference = step(next, steps, generator.world());
        }
        if (difference.isEmpty()) {
            difference = epilogue(steps, generator.world());
        }
        if (difference.isPresent()) {
            report(seed, steps, difference.get());
        } else {
            duel.freshen();
        }
        return difference.isPresent();
    }

    private Optional<Difference> step(Operation operation, List<Operation> steps, World world) {
        steps.add(operation);
        compared++;
        Duel.Outcome outcome = duel.step(operation);
        if (!outcome.same()) {
            return Optional.of(
                    new Difference(steps.size() - 1, operation, outcome.reference(), outcome.emulated()));
        }
        world.learn(operation, outcome.reference());
        return Optional.empty();
    }

    private Optional<Difference> epilogue(List<Operation> steps, World world) {
        boolean written = steps.stream().anyMatch(Operation::writesMemory);
        for (Operation operation : Epilogue.of(world, written)) {
            Optional<Difference> difference = step(operation, steps, world);
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private void report(long seed, List<Operation> steps, Difference difference) throws IOException {
        duel.recover();
        if (found.merge(difference.signature(), 1, Integer::sum) > 1) {
            return;
        }
        out.printf("# script %d, step %d of it: %s%n#   kernel:   %s%n#   emulator: %s%n", seed,
                difference.step(), difference.operation().text(), difference.reference().text(difference.operation()),
                difference.emulated().text(difference.operation()));
        List<Operation> shrunk = new Shrinker(duel, difference).shrink(steps);
        List<Answer> answers = duel.answers(shrunk);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < shrunk.size(); i++) {
            texts.add(answers.get(i).text(shrunk.get(i)));
        }
        out.println(new Script(options.machine(), shrunk, texts).text());
    }
}
