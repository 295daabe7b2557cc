package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.IommuException;
import org.pinion.shell.fake.FakeDevice.Fault;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class PlugCommandTest {

    private FakeDma host = Lab.host();

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(host.spaces()).isEmpty();
        assertThat(host.memory.open()).isZero();
    }

    @Test
    void devicesAreAttachedInOrderMoveBytesAndAreDetached() {
        Invocation plugged = plug("--device", Lab.EDU1, "--device", Lab.EDU0, "--device", Lab.SHMEM);
        assertThat(plugged.err()).isEmpty();
        assertThat(plugged.code()).isZero();
        assertThat(host.events).containsExactly(
                "read qemu", "commit", "attach " + Lab.EDU1, "attach " + Lab.EDU0, "attach " + Lab.SHMEM,
                "detach " + Lab.SHMEM, "detach " + Lab.EDU0, "detach " + Lab.EDU1, "close");
        assertThat(plugged.out()).contains("""
                table of the kernel
                       0x0-0x9ffff     640 KiB  rw  file  pc.ram @0x0
                   0xc0000-0xc9fff      40 KiB  r   file  pc.ram @0xc0000
                  0x100000-0x1fffff      1 MiB  rw  file  pc.ram @0x100000
                0xfffc0000-0xffffffff  256 KiB  r   file  pc.bios @0x0

                DMA check
                0000:00:10.0 (1234:11e8): ok, 4 of 4 ranges good, 17 transfers, 5824 B
                    a write to 0xa0000, where nothing is mapped, changed nothing
                0000:00:11.0 (1234:11e8): ok, 4 of 4 ranges good, 17 transfers, 5824 B
                    a write to 0xa0000, where nothing is mapped, changed nothing
                0000:00:12.0 (1af4:1110): has no DMA engine that Pinion can drive, not checked

                ledger  4 mappings, 1960 KiB mapped, 1960 KiB pinned, 40 ioctls
                nothing is left mapped or attached
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--policy=strict", "--json"})
    void theOutputIsTheSameInWhateverOrderDevicesAreGiven(String option) {
        Invocation one = plug(option, "--device", Lab.EDU0, Lab.EDU1, Lab.SHMEM);
        host = Lab.host();
        assertThat(plug(option, "--device", Lab.SHMEM, Lab.EDU1, Lab.EDU0)).isEqualTo(one);
        assertThat(one.code()).isZero();
    }

    @Test
    void jsonHasTheTableTheDmaAndTheLedger() throws IOException {
        Map<String, Object> object = JSON.std.mapFrom(plug("--json", "--device", Lab.EDU0, Lab.SHMEM).out());
        assertThat(object).containsKeys("addressSpace", "limits", "mapped", "skipped", "table", "dma", "ledger");
        assertThat(json(object.get("table"))).startsWith(
                "[{\"start\":\"0x0\",\"end\":\"0x9ffff\",\"access\":\"rw\",\"route\":\"file\",\"backing\":\"pc.ram @0x0\"}");
        assertThat(json(object.get("dma"))).startsWith(
                        "[{\"device\":\"0000:00:10.0\",\"id\":\"1234:11e8\",\"checked\":true,\"ok\":true,\"transfers\":17,"
                                + "\"bytes\":5824,\"ranges\":[{\"start\":\"0x0\",\"end\":\"0x9ffff\",\"outcome\":\"ok\"}")
                .endsWith("\"unmapped\":\"0xa0000\",\"failures\":[]},{\"device\":\"0000:00:12.0\",\"id\":\"1af4:1110\","
                        + "\"checked\":false,\"reason\":\"has no DMA engine that Pinion can drive, not checked\"}]");
        assertThat(json(object.get("ledger"))).isEqualTo(
                "{\"mappings\":4,\"mappedBytes\":2007040,\"pinnedBytes\":2007040,\"ioctls\":30}");
    }

    @Test
    void aRefusalIsTheSameInEveryOrderAndAttachesNothing() {
        host.guest = Lab.guestOverMsi();
        Invocation refused = plug("--device", Lab.EDU0, Lab.EDU1);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).contains("refuse       pc.ram (ram)");
        assertThat(refused.err()).startsWith("pinion: refused: 0xfee00000-0xfee0ffff of 'pc.ram'")
                .endsWith("nothing is left mapped or attached\n");
        assertThat(host.events).containsExactly("read qemu", "close");
        assertThat(plug("--device", Lab.EDU1, Lab.EDU0)).isEqualTo(refused);
        assertThat(plug("--device", Lab.EDU1, "--json").out()).contains("\"refused\"").doesNotContain("\"table\"");
    }

    @Test
    void theQemuPolicyCarvesWhereStrictRefuses() {
        host.guest = Lab.guestOverMsi();
        assertThat(plug("--policy", "qemu", "--device", Lab.EDU0).out())
                .contains("carve        pc.ram (ram)")
                .contains("a write to 0xa0000, where nothing is mapped, changed nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLIPS_A_BYTE", "ESCAPES", "HAS_28_BITS"})
    void aDeviceThatMovesWrongBytesFailsTheCommand(Fault fault) {
        host = Lab.host(fault);
        Invocation failed = plug("--device", Lab.EDU0);
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).contains("0000:00:10.0 (1234:11e8): FAILED");
        assertThat(failed.err()).startsWith("pinion: DMA check failed: 0000:00:10.0: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"commit", "attach 0000:00:11.0", "detach 0000:00:10.0"})
    void aFailureOnTheWayGivesEverythingBack(String event) {
        host.failing.put(event, new IommuException(event, "the kernel says no", "ask it again"));
        Invocation failed = plug("--device", Lab.EDU0, Lab.EDU1);
        assertThat(failed).isEqualTo(new Invocation(1, "", "pinion: " + event
                + ": the kernel says no; remedy: ask it again\nnothing is left mapped or attached\n"));
        assertThat(host.events).endsWith("close");
    }

    @Test
    void anInternalErrorGivesEverythingBackToo() {
        host.failing.put("attach " + Lab.EDU0, new IllegalStateException("odd"));
        Invocation failed = plug("--device", Lab.EDU0);
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .startsWith("pinion: internal error: java.lang.IllegalStateException: odd")
                .endsWith("nothing is left mapped or attached\n");
    }

    @Test
    void aMissingAllocatorIsNamed() {
        Invocation failed = Invocation.of(
                new Services(host, host.runtime(), Optional::empty, List::of, List::of), "plug", "x", "--device", Lab.EDU0);
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err()).startsWith(
                "pinion: allocate memory for the guest: no HostMemoryAllocator service is there; remedy: start");
    }

    private Invocation plug(String... options) {
        List<String> all = new ArrayList<>(List.of("plug", "guest.mtree"));
        all.addAll(List.of(options));
        return Invocation.of(host, all.toArray(String[]::new));
    }

    private static String json(Object value) throws IOException {
        return JSON.std.asString(value);
    }
}
