package org.pinion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.Kernel;

/** A kernel that gets a rule wrong is found out, by comparing it with one that does not. */
class SeededErrorsTest {

    private static final String MANY = "400000";

    @ParameterizedTest
    @EnumSource
    void aRuleThatIsWrongIsFound(SeededError error) throws IOException {
        find(error.machine(), () -> new FaultyKernel(error.machine().emulated(), error), error.name(), "8");
    }

    /** What a host file says of the machine is state of the kernel from then on. */
    @ParameterizedTest
    @CsvSource({
        "7.3 intel limited, dma-entry-limit: 5, dma-entry-limit: 6",
        "7.3 none limited, memlock: 64K, memlock: 68K",
        "7.3 none limited, sys-resource: false, sys-resource: true",
        "7.3 none choosing, ipc-lock: false, ipc-lock: true"})
    void aMachineThatIsAnotherIsFound(String name, String right, String wrong) throws IOException {
        Machine machine = Machine.parse(name);
        String description = machine.description();
        assertThat(description).contains(right);
        find(machine, () -> EmulatedKernel.of(HostFile.read("wrong.yaml", description.replace(right, wrong))),
                wrong, "8");
    }

    /** What a script wrote is no difference that the next one shows. */
    @Test
    void aDifferenceOfMemoryIsCutDownToo() throws IOException {
        SeededError error = SeededError.COPIES_A_BYTE_LESS;
        find(error.machine(), () -> new FaultyKernel(error.machine().emulated(), error), error.name(), "7");
    }

    private static void find(Machine machine, Supplier<Kernel> wrong, String error, String seed) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Options options = Options.of(
                new String[] {"--seed", seed, "--ops", MANY, "--differences", "1", "--machine", machine.text()});
        long start = System.nanoTime();
        try (Duel duel = new Duel(machine.emulated(), wrong)) {
            assertThat(new Campaign(options, duel, new PrintStream(printed, true, StandardCharsets.UTF_8)).run())
                    .as("differences found").isOne();
            System.out.printf("%s: found and cut down in %d operations, %.1f s%n",
                    error, duel.operations(), (System.nanoTime() - start) / 1e9);
        }
        Script script = Script.parse(printed.toString(StandardCharsets.UTF_8).lines()
                .dropWhile(line -> !line.startsWith("machine")).filter(line -> !line.matches("[0-9]+: .*"))
                .reduce("", (all, line) -> all + line + "\n"));
        assertThat(script.steps()).hasSizeLessThanOrEqualTo(20);
        try (Duel duel = new Duel(machine.emulated(), wrong)) {
            assertThat(duel.run(script.steps())).as("the short script shows it").isPresent();
        }
    }
}
