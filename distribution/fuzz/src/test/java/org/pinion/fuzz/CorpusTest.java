package org.pinion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The emulated kernel answers scripts as the real one did when they were recorded. */
class CorpusTest {

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/corpus"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void theEmulatedKernelAnswersAsTheRealOneDid(Path file) throws IOException {
        Script script = Script.parse(Files.readString(file));
        assertThat(script.answers()).as("%s has an answer for every step", file).hasSameSizeAs(script.steps());
        Side side = new Side(script.machine().emulated());
        try {
            for (int i = 0; i < script.steps().size(); i++) {
                Operation step = script.steps().get(i);
                assertThat(side.run(step).text(step)).as("%s: %s", file, step.text())
                        .isEqualTo(script.answers().get(i));
            }
        } finally {
            side.close();
        }
    }
}
