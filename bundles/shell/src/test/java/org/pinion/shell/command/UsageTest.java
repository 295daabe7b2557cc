package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class UsageTest {

    private final FakeDma host = Lab.host();

    @ParameterizedTest
    @ValueSource(strings = {"explain", "plug", "devices", "plugins", "run"})
    void everyCommandHasHelpWithExamplesByEitherWay(String command) {
        Invocation option = Invocation.of(host, command, "--help");
        assertThat(option.code()).isZero();
        assertThat(option.out()).contains("Usage: pinion " + command, "Examples:", "--host", "--emulate");
        assertThat(option.err()).isEmpty();
        assertThat(Invocation.of(host, "help", command)).isEqualTo(option);
    }

    @ParameterizedTest
    @ValueSource(strings = {"explain", "plug", "preflight", "replay", "devices", "plugins", "doctor", "run", "rules check"})
    void theFirstLinesOfTheHelpShowEveryOptionThatIsExplainedBelow(String command) {
        String help = Invocation.of(host, (command + " --help").split(" ")).out();
        String synopsis = help.split("\n\n|\n(?=\\S)")[0];
        assertThat(help.lines().filter(line -> line.startsWith("      --")).map(line -> line.strip().split("[ =]")[0]))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(synopsis).contains(option));
    }

    @Test
    void theHelpOfAllNamesTheCommandsAndTheExitCodes() {
        assertThat(Invocation.of(host, "--help").out())
                .contains("explain", "plug", "devices", "plugins", "run", "Exit codes: 0 done, 1 refused or failed")
                .isEqualTo(Invocation.of(host, "help").out());
    }

    @Test
    void theVersionIsTheBundles() {
        assertThat(Invocation.of(host, "--version")).isEqualTo(new Invocation(0, "pinion 1.2.3\n", ""));
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() {
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        StringWriter err = new StringWriter();
        Services services = new Services(host, host.runtime(), Optional::empty, List::of, List::of);
        int code = PinionCommandLine.run(services, "1", new PrintWriter(full), new PrintWriter(err), "--version");
        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("could not be written whole");
    }

    @Test
    void runDoesNothingMore() {
        assertThat(Invocation.of(host, "run", "--host", "lab.yaml")).isEqualTo(new Invocation(0, "", ""));
        assertThat(Invocation.of(host, "run", "--emulate", "6.12")).isEqualTo(new Invocation(0, "", ""));
    }

    @Test
    void keepIsForTheLauncherAlone() {
        assertThat(Invocation.of(host, "keep", "--help").out()).contains("Usage: pinion keep", "again when it is killed");
        assertThat(Invocation.of(host, "keep").code()).isEqualTo(2);
        assertThat(Invocation.of(host, "keep").err()).contains("'keep' comes first");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|which command?|pinion",
        "frob|Unmatched argument at index 0: 'frob'|pinion",
        "help frob|Unknown subcommand 'frob'|pinion",
        "explain|give either MTREE or --qmp SOCKET|pinion explain",
        "explain x --qmp y|give either MTREE or --qmp SOCKET|pinion explain",
        "explain x y|Unmatched argument at index 2: 'y'|pinion explain",
        "explain x --polcy=y|Possible solutions: --policy|pinion explain",
        "explain --qmp x --memory-devices y|--memory-devices goes with MTREE|pinion explain",
        "explain x --device|--device needs the address of a device|pinion explain",
        "explain x --policy|Missing required parameter for option '--policy'|pinion explain",
        "plug x|Missing required option: '--device=ADDR'|pinion plug",
        "plug x --device 0000:00:10.0 --device 0000:00:10.0|--device 0000:00:10.0 was given twice|pinion plug",
        "devices x|Unmatched argument at index 1: 'x'|pinion devices"
    })
    void wrongUsageIsExplainedAndExitsWith2(String arguments, String message, String command) {
        Invocation wrong = Invocation.of(host, arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).startsWith("pinion: ").contains(message).endsWith("try '" + command + " --help'\n");
        assertThat(host.events).isEmpty();
    }
}
