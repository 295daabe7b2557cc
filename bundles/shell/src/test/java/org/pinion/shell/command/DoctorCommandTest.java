package org.pinion.shell.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class DoctorCommandTest {

    private static final Finding KERNEL =
            new Finding("kernel", Level.OK, "kernel", "Linux 7.3.4", "", "", "", List.of());
    private static final Finding IOMMU = new Finding("iommu.none", Level.PROBLEM, "IOMMU", "there are no IOMMU groups",
            "/sys/kernel/iommu_groups", "the kernel hands no device to user space", "put intel_iommu=on on the kernel's"
                    + " command line, then update the boot loader and start again", List.of("update-grub", "reboot"));

    @Test
    void problemsComeFirstWithTheirRemedyAsCommands() {
        assertThat(doctor(List.of(KERNEL, IOMMU))).isEqualTo(new Invocation(1, """
                PROBLEM  IOMMU: there are no IOMMU groups [/sys/kernel/iommu_groups]
                  the kernel hands no device to user space
                  remedy: put intel_iommu=on on the kernel's command line, then update the boot loader and start
                    again
                    # update-grub
                    # reboot

                in order
                  kernel  Linux 7.3.4

                1 problem, no warnings: no device can be used as things are
                """, "pinion: no device can be used: IOMMU: there are no IOMMU groups\n"));
    }

    @Test
    void warningsLetDevicesBeUsed() {
        Finding memlock = finding("memlock", Level.WARNING, "memlock", "at most 8 MiB", "raise it", "ulimit -l");

        assertThat(doctor(List.of(memlock)).code()).isZero();
        assertThat(doctor(List.of(memlock)).out()).endsWith("no problems, 1 warning: devices can be used\n");
        assertThat(doctor(List.of(memlock)).err()).isEmpty();
    }

    @Test
    void whatHasTheSameRemedyGetsItOnceWithTheCommandsOfAll() {
        assertThat(doctor(List.of(
                        finding("node", Level.WARNING, "a", "no permission", "open it", "setfacl a"),
                        finding("node", Level.WARNING, "b", "no permission", "open it", "setfacl b"),
                        finding("node", Level.WARNING, "c", "in use", "wait", "fuser c"))).out())
                .startsWith("""
                        WARNING  a: no permission
                        WARNING  b: no permission
                          remedy: open it
                            # setfacl a
                            # setfacl b

                        WARNING  c: in use
                          remedy: wait
                            # fuser c
                        """);
    }

    @Test
    void whatIsWorthKnowingIsListedWithOneRemedyForItsKind() {
        assertThat(doctor(List.of(
                        finding("unbound", Level.INFO, "0000:00:10.0", "no driver", "bind it", "echo 10.0"),
                        finding("unbound", Level.INFO, "0000:00:11.0", "no driver", "bind it", "echo 11.0"),
                        finding("thp", Level.INFO, "thp", "always", ""))).out())
                .startsWith("""
                        worth knowing
                          0000:00:10.0  no driver
                          0000:00:11.0  no driver
                              remedy: bind it
                                # echo 10.0
                              likewise for the others; --json has the commands of each
                          thp           always
                        """);
    }

    @Test
    void aLongSubjectHasALineOfItsOwnAndLongTextIsBroken() {
        String uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
        String words = "word ".repeat(30).strip();

        List<String> lines = doctor(List.of(finding("a", Level.OK, uuid, words, ""), KERNEL)).out().lines().toList();

        assertThat(lines.get(1)).isEqualTo("  " + uuid);
        assertThat(lines.get(2)).startsWith("          word word");
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void oneObjectOfJsonHasEverything() throws IOException {
        Invocation invocation = doctor(List.of(KERNEL, IOMMU), "--json");

        assertThat(invocation.code()).isEqualTo(1);
        assertThat(JSON.std.asString(JSON.std.mapFrom(invocation.out()))).startsWith("{\"usable\":false,"
                + "\"reason\":\"IOMMU: there are no IOMMU groups\",\"findings\":["
                + "{\"id\":\"iommu.none\",\"level\":\"problem\","
                + "\"subject\":\"IOMMU\",\"found\":\"there are no IOMMU groups\","
                + "\"source\":\"/sys/kernel/iommu_groups\","
                + "\"meaning\":\"the kernel hands no device to user space\",\"remedy\":");
        assertThat(invocation.out()).contains("\"commands\" : [ \"update-grub\", \"reboot\" ]");
    }

    @Test
    void withoutAnExaminerItSaysWhatToStart() {
        FakeDma host = Lab.host();
        Services services = new Services(host, host.runtime(), Optional::empty, List::of, List::of);

        assertThat(Invocation.of(services, "doctor")).isEqualTo(new Invocation(1, "", "pinion: examine the host: no"
                + " HostExaminer service is there; remedy: start org.pinion.doctor and a kernel's bundle\n"));
    }

    private static Finding finding(
            String id, Level level, String subject, String found, String remedy, String... commands) {
        return new Finding(id, level, subject, found, "", "", remedy, List.of(commands));
    }

    private static Invocation doctor(List<Finding> findings, String... options) {
        FakeDma host = Lab.host();
        Services services =
                new Services(host, host.runtime(), Optional::empty, () -> List.of(() -> findings), List::of);
        String[] args = new String[options.length + 1];
        args[0] = "doctor";
        System.arraycopy(options, 0, args, 1, options.length);
        return Invocation.of(services, args);
    }
}
