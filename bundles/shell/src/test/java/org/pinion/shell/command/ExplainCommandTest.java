package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.IommuException;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class ExplainCommandTest {

    private final FakeDma host = Lab.host();

    @Test
    void aPlanIsPrintedAndNothingIsMapped() {
        Invocation explained = Invocation.of(host, "explain", "guest.mtree", "--device", Lab.EDU0);
        assertThat(explained.code()).isZero();
        assertThat(explained.err()).isEmpty();
        assertThat(explained.out())
                .contains("policy       strict\n", "backend      iommufd\n", "kernel       emulated\n")
                .contains("devices      0000:00:10.0  1234:11e8 edu, group 3\n")
                .contains("0x100000-0x1fffff      1 MiB  map rw file  pc.ram (ram)\n");
        assertThat(host.events).containsExactly("read qemu", "close");
        assertThat(host.spaces()).isEmpty();
        assertThat(host.memory.allocated).isEmpty();
    }

    @Test
    void theSourceIsToldWhatToRead() {
        Invocation.of(host, "explain", "a.mtree", "--memory-devices", "b.json");
        assertThat(host.settings).isEqualTo(Map.of("mtree", "a.mtree", "memory-devices", "b.json"));
        Invocation.of(host, "explain", "--qmp", "/run/qmp");
        assertThat(host.settings).isEqualTo(Map.of("qmp", "/run/qmp"));
    }

    @Test
    void aFileMayBeginWithAnAt() {
        Invocation.of(host, "explain", "@guest.mtree");
        assertThat(host.settings).containsEntry("mtree", "@guest.mtree");
    }

    @Test
    void aDevicePulledMeanwhileStillBelongsToThePlan() {
        host.pulled = Lab.EDU1;
        assertThat(Invocation.of(host, "explain", "x", "--device", Lab.EDU0, Lab.EDU1).out())
                .contains("0000:00:10.0  1234:11e8 edu, group 3\n")
                .contains("0000:00:11.0  no longer there, no group\n");
    }

    @Test
    void devicesMayBeGivenOneByOneOrTogetherBeforeOrAfterTheFile() {
        String expected = Invocation.of(host, "explain", "x", "--device", Lab.EDU0, "--device", Lab.EDU1).out();
        assertThat(expected).contains(Lab.EDU0, Lab.EDU1);
        assertThat(Invocation.of(host, "explain", "--device", Lab.EDU1, Lab.EDU0, "x").out()).isEqualTo(expected);
        assertThat(Invocation.of(host, "explain", "--device=" + Lab.EDU1, "x", "--device", Lab.EDU0).out())
                .isEqualTo(expected);
    }

    @Test
    void jsonIsOneObject() throws IOException {
        Invocation explained = Invocation.of(
                host, "explain", "x", "--policy", "strict", "--policy", "qemu", "--host", "lab.yaml", "--json");
        Map<String, Object> object = JSON.std.mapFrom(explained.out());
        assertThat(object)
                .containsEntry("policy", "qemu+strict")
                .containsEntry("addressSpace", "memory")
                .containsEntry("devices", List.of());
        assertThat(Invocation.of(host, "explain", "x", "--policy", "qemu,strict", "--json")).isEqualTo(explained);
    }

    @Test
    void aRefusedPlanIsPrintedAndItsRefusalsAreOnTheStandardError() {
        host.guest = Lab.guestOverMsi();
        Invocation refused = Invocation.of(host, "explain", "x", "--device", Lab.EDU0);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).contains("0xfee00000-0xfee0ffff   64 KiB  refuse       pc.ram (ram)\n");
        assertThat(refused.err()).isEqualTo("pinion: refused: 0xfee00000-0xfee0ffff of 'pc.ram': reserved (msi) by"
                + " 0000:00:10.0 [strict/reserved-conflict]; remedy: leave the device out\n");
        assertThat(Invocation.of(host, "explain", "x", "--device", Lab.EDU0, "--json").out()).contains("\"refused\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "explain x --device 0000:99:00.0|pinion: find device 0000:99:00.0: there are",
        "explain x --policy lax|pinion: open: no policy 'lax', there are [qemu, strict]",
        "explain x --backend vfio|pinion: open: no backend 'vfio', there are [iommufd]"
    })
    void whatIsNotThereIsSaidInOneLine(String arguments, String message) {
        Invocation failed = Invocation.of(host, arguments.split(" "));
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err()).startsWith(message).hasLineCount(1);
        assertThat(host.spaces()).isEmpty();
    }

    @Test
    void anInternalErrorSaysWhatToReport() {
        host.failing.put("read qemu", new IllegalStateException("odd"));
        Invocation failed = Invocation.of(host, "explain", "x");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .startsWith("pinion: internal error: java.lang.IllegalStateException: odd at org.pinion.")
                .contains("Please report")
                .hasLineCount(2);
    }

    @Test
    void whatFailedWhileClosingIsSaidToo() {
        IommuException first = new IommuException("plan", "broken", "");
        first.addSuppressed(new IommuException("close", "stuck", ""));
        host.failing.put("read qemu", first);
        assertThat(Invocation.of(host, "explain", "x").err())
                .isEqualTo("pinion: plan: broken\npinion: and while giving back what was taken: close: stuck\n");
    }
}
