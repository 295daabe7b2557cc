package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.pinion.api.Budget;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class PreflightCommandTest {

    private final FakeDma host = Lab.host();

    private Invocation preflight(String... more) {
        String[] args = new String[more.length + 2];
        args[0] = "preflight";
        args[1] = "guest.mtree";
        System.arraycopy(more, 0, args, 2, more.length);
        return Invocation.of(host, args);
    }

    @Test
    void theForecastIsPrintedAndNothingIsDone() {
        Invocation asked = preflight("--device", Lab.EDU0, "--plug", Lab.EDU1);
        assertThat(asked.err()).isEmpty();
        assertThat(asked.code()).isZero();
        assertThat(host.events)
                .containsExactly("read qemu", "forecast [" + Lab.EDU0 + "] " + Lab.EDU1, "close");
        assertThat(asked.out())
                .contains("plug     " + Lab.EDU1 + "\n", "beside   " + Lab.EDU0 + "\n", "it would be attached\n")
                .contains("unmapped     nothing\n", "kept         1960 KiB\n")
                .contains("pinned anew  1960 KiB  no limit on locked memory is known\n");
        assertThat(host.spaces()).isEmpty();
        assertThat(host.memory.allocated).isEmpty();
    }

    @Test
    void whatTheOthersWouldLoseIsNamedWithItsCause() throws IOException {
        host.guest = Lab.guestOverMsi();
        Invocation asked = preflight("--plug", Lab.EDU0, "--policy", "qemu");
        assertThat(asked.code()).isZero();
        assertThat(asked.out())
                .contains("beside   no device\n", "unmapped     64 KiB in 1 range\n")
                .contains("0xfee00000-0xfee0ffff  64 KiB  lost: pc.ram\n    planner/reserved: reserved (msi) by "
                        + Lab.EDU0);
        Map<String, Object> json =
                JSON.std.mapFrom(preflight("--plug", Lab.EDU0, "--policy", "qemu", "--json").out());
        assertThat(json).containsEntry("accepted", true).containsEntry("devices", List.of());
        assertThat(json.get("lost")).isEqualTo(List.of(Map.of(
                "start", "0xfee00000", "end", "0xfee0ffff", "section", "pc.ram", "outcome", "carve",
                "rule", "planner/reserved", "reason", "reserved (msi) by " + Lab.EDU0)));
    }

    @Test
    void aRefusalIsOnTheStandardErrorAndInTheExitCode() {
        host.guest = Lab.guestOverMsi();
        Invocation asked = preflight("--plug", Lab.EDU0);
        assertThat(asked.code()).isEqualTo(1);
        assertThat(asked.out()).contains("it would be refused, and nothing changed\n");
        assertThat(asked.err()).contains("pinion: refused: 0xfee00000-0xfee0ffff of 'pc.ram'");
    }

    @Test
    void tooLittleLockedMemoryIsARefusalThatSaysHowMuchWouldDo() throws IOException {
        host.budget = new Budget(OptionalLong.of(1 << 20), 4096, OptionalLong.of(7));
        Invocation asked = preflight("--plug", Lab.EDU0, "--json");
        assertThat(asked.code()).isEqualTo(1);
        assertThat(asked.err()).contains("raise it to " + ((1960 << 10) + 4096) + " bytes or more");
        Map<String, Object> json = JSON.std.mapFrom(asked.out());
        assertThat(json).containsEntry("accepted", false).containsEntry("entries", 7);
        assertThat(json.get("memlock"))
                .isEqualTo(Map.of("needed", 1960 << 10, "available", (1 << 20) - 4096, "limit", 1 << 20));
    }

    @Test
    void aDeviceIsPluggedOnce() {
        assertThat(preflight("--device", Lab.EDU0, "--plug", Lab.EDU0).code()).isEqualTo(2);
        assertThat(preflight("--device", Lab.EDU0).code()).isEqualTo(2);
    }
}
