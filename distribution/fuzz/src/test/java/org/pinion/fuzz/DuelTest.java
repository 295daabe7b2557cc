package org.pinion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuelTest {

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @ParameterizedTest
    @ValueSource(strings = {"7.3 none", "7.3 intel", "7.3 amd", "7.3 virtio", "6.12 none", "6.12 intel",
        "7.3 none limited", "7.3 intel choosing"})
    void aKernelDoesNotDifferFromItself(String text) throws IOException {
        Machine machine = Machine.parse(text);
        Options options = Options.of(new String[] {"--seed", "11", "--ops", "8000", "--machine", text});
        try (Duel duel = new Duel(machine.emulated(), machine::emulated)) {
            assertThat(new Campaign(options, duel, NOWHERE).run()).isZero();
            assertThat(duel.operations()).isGreaterThanOrEqualTo(8000);
        }
    }

    @Test
    void anotherReleaseIsFoundOut() throws IOException {
        Options options = Options.of(new String[] {"--seed", "11", "--ops", "20000", "--differences", "1"});
        try (Duel duel = new Duel(new Machine("7.3", "none").emulated(), new Machine("6.12", "none")::emulated)) {
            assertThat(new Campaign(options, duel, NOWHERE).run()).isOne();
        }
    }

    @Test
    void theSameSeedMakesTheSameScriptAndItsTextReadsBack() throws IOException {
        List<Operation> steps = script(5);
        assertThat(script(5)).isEqualTo(steps);
        assertThat(script(6)).isNotEqualTo(steps);
        assertThat(steps).allSatisfy(step -> assertThat(OperationText.parse(step.text())).isEqualTo(step));
    }

    private static List<Operation> script(long seed) throws IOException {
        Machine machine = new Machine("7.3", "intel");
        List<Operation> steps = new ArrayList<>();
        try (Duel duel = new Duel(machine.emulated(), machine::emulated)) {
            for (long number = 0; number < 20; number++) {
                Generator generator = new Generator(machine, seed * 1000 + number);
                for (Operation next = generator.next(); next != null; next = generator.next()) {
                    steps.add(next);
                    generator.world().learn(next, duel.step(next).reference());
                }
                duel.freshen();
            }
        }
        return steps;
    }
}
