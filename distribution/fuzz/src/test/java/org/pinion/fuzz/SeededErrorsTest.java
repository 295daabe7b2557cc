package org.pinion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A kernel that gets a rule wrong is found out, by comparing it with one that does not. */
class SeededErrorsTest {

    private static final Machine MACHINE = new Machine("7.3", "intel");
    private static final String MANY = "400000";

    @ParameterizedTest
    @EnumSource
    void aRuleThatIsWrongIsFound(SeededError error) throws IOException {
        find(error, "8");
    }

    /** What a script wrote is no difference that the next one shows. */
    @Test
    void aDifferenceOfMemoryIsCutDownToo() throws IOException {
        find(SeededError.COPIES_A_BYTE_LESS, "7");
    }

    private static void find(SeededError error, String seed) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Options options = Options.of(
                new String[] {"--seed", seed, "--ops", MANY, "--differences", "1", "--machine", MACHINE.text()});
        long start = System.nanoTime();
        try (Duel duel = new Duel(MACHINE.emulated(), () -> new FaultyKernel(MACHINE.emulated(), error))) {
            assertThat(new Campaign(options, duel, new PrintStream(printed, true, StandardCharsets.UTF_8)).run())
                    .as("differences found").isOne();
            System.out.printf("%s: found and cut down in %d operations, %.1f s%n",
                    error, duel.operations(), (System.nanoTime() - start) / 1e9);
        }
        Script script = Script.parse(printed.toString(StandardCharsets.UTF_8).lines()
                .dropWhile(line -> !line.startsWith("machine")).filter(line -> !line.matches("[0-9]+: .*"))
                .reduce("", (all, line) -> all + line + "\n"));
        assertThat(script.steps()).hasSizeLessThanOrEqualTo(20);
        try (Duel duel = new Duel(MACHINE.emulated(), () -> new FaultyKernel(MACHINE.emulated(), error))) {
            assertThat(duel.run(script.steps())).as("the short script shows it").isPresent();
        }
    }
}
