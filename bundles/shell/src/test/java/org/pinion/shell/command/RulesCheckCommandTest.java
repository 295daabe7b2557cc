package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class RulesCheckCommandTest {

    private final FakeDma host = Lab.host();

    @TempDir
    private Path directory;

    private String rules;

    @BeforeEach
    void write() throws IOException {
        rules = Files.writeString(directory.resolve("house.cfg"), "rules = low\nlow.when = (start<=0xfffff)\n").toString();
    }

    private Invocation check(String... more) {
        String[] args = {"rules", "check", rules, "--against", "guest.mtree"};
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Invocation.of(host, all);
    }

    @Test
    void whatTheRulesWouldChangeIsPrintedWithTheRuleAndNothingStays() {
        Invocation checked = check();
        assertThat(checked.err()).isEmpty();
        assertThat(checked.code()).isZero();
        assertThat(checked.out())
                .contains("policies  strict", "with the rules: house\n")
                .contains("0x0-0x9ffff  640 KiB  skipped  pc.ram (ram)\n"
                        + "    now   map rw file, fake/memory: normal memory\n"
                        + "    then  skip, house/low: it is low\n")
                .contains("mapped   nothing\n", "skipped  640 KiB in 1 range\n", "refused  nothing\n");
        assertThat(host.events).containsExactly("read qemu", "close", "draft", "close", "drop");
        assertThat(host.spaces()).isEmpty();
    }

    @Test
    void theRulesStandInForTheirPolicyOrForAllOrBesideThem() {
        assertThat(check("--policy", "strict,house").out()).contains("with the rules: house+strict\n");
        assertThat(check("--policy", "strict,qemu").out()).contains("with the rules: house\n");
        assertThat(check("--beside").out()).contains("with the rules: house+strict\n");
    }

    @Test
    void jsonIsOneObject() throws IOException {
        Map<String, Object> object = JSON.std.mapFrom(check("--json").out());
        assertThat(object).containsEntry("policy", "house").containsEntry("now", "strict").containsEntry("then", "house");
        assertThat(object.get("changes")).asInstanceOf(LIST)
                .singleElement()
                .isEqualTo(Map.of(
                        "start", "0x0",
                        "end", "0x9ffff",
                        "section", "pc.ram",
                        "change", "skipped",
                        "now", Map.of("outcome", "map", "access", "rw", "route", "file", "rule", "fake/memory",
                                "reason", "normal memory"),
                        "then", Map.of("outcome", "skip", "rule", "house/low", "reason", "it is low")));
    }

    @Test
    void aConfiguratorsFileIsReadWithoutTheTypesOfItsKeys() throws IOException {
        rules = Files.writeString(directory.resolve("house.json"), """
                { ":configurator:resource-version": 1,
                  "org.pinion.policy.rules~house": { "rules:String[]": ["low"], "low.when": "(start<=0xfffff)" } }
                """).toString();
        assertThat(check().code()).isZero();
        assertThat(host.events).contains("draft");
    }

    @Test
    void aWrongFileIsNamedInOneLine() throws IOException {
        Files.writeString(Path.of(rules), "rules = low\n");
        Invocation wrong = check();
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).isEqualTo("pinion: " + rules + ": rule 'low': 'low.when' is missing\n");
    }

    @Test
    void aFileThatIsNoneIsNamedInOneLine() throws IOException {
        rules = directory.resolve("none.cfg").toString();
        assertThat(check().err()).isEqualTo("pinion: read " + rules + ": there is no such file\n");
        for (String content : List.of("{", "[]", "{ \"other\": {} }")) {
            rules = Files.writeString(directory.resolve("house.json"), content).toString();
            assertThat(check().err()).startsWith("pinion: read " + rules + ": ").hasLineCount(1);
        }
    }

    @Test
    void withoutAServiceThatTriesRulesOutThatIsSaid() {
        host.drafts = List.of();
        assertThat(check().err()).contains("no PolicyDrafts service is there; remedy: start the bundle");
    }

    @Test
    void refusalsGoToTheStandardError() {
        host.guest = Lab.guestOverMsi();
        Invocation refused = check("--beside", "--device", Lab.EDU0);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).startsWith("pinion: refused: 0xfee00000-0xfee0ffff of 'pc.ram'");
    }

    @Test
    void wrongUsageIsSaid() {
        assertThat(Invocation.of(host, "rules").err()).contains("which command? There is 'check'");
        assertThat(Invocation.of(host, "rules", "check", "x").err()).contains("give either --against MTREE or --qmp");
        assertThat(check("--qmp", "guest.qmp").err()).contains("give either --against MTREE or --qmp");
        assertThat(Invocation.of(host, "rules", "check", "--help").out()).contains("Usage: pinion rules check", "--host")
                .contains("| --qmp=SOCKET", "[--emulate=RELEASE]");
    }

    @Test
    void aRunningQemuIsAskedAsWell() {
        Invocation asked = Invocation.of(host, "rules", "check", rules, "--qmp", "guest.qmp");
        assertThat(asked.err()).isEmpty();
        assertThat(asked.out()).isEqualTo(check().out());
    }
}
