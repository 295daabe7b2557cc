package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** The process is charged, page by page. */
class Type1MemlockTest {

    private static final String DEVICES = """
            devices:
              - {address: "0000:00:01.0", model: edu, group: 1}
              - {address: "0000:00:02.0", model: edu, group: 2}
              - {address: 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001, model: mtty, group: 9}
            """;

    private final ContainerProcess process = ContainerProcess.on("memlock: 16K\n" + DEVICES);
    private final long va = process.memory(4 * PAGE).address();

    @Test
    void whatIsOverTheLimitIsNotMapped() {
        process.ready(1, V2);
        assertThat(process.map(va, 3 * PAGE, 0)).isZero();
        assertThat(errno(process.map(va, 2 * PAGE, 0x10000))).isEqualTo(Errno.ENOMEM);
        assertThat(process.lockedKilobytes()).isEqualTo(12);
        assertThat(process.map(va, PAGE, 0x10000)).as("the same page is charged again").isZero();
    }

    @Test
    void whicheverIsMetFirstAnswers() {
        process.ready(1, V2);
        assertThat(errno(process.map(va, 5 * PAGE, 0))).as("four pages, then a hole").isEqualTo(Errno.EFAULT);
        process.map(va, PAGE, 0x10000);
        assertThat(errno(process.map(va, 5 * PAGE, 0))).as("the limit is before the hole").isEqualTo(Errno.ENOMEM);
    }

    @Test
    void containersOfAProcessShareItsLimitAndTheIommufdOfAUserDoesNot() throws Exception {
        process.ready(1, V2);
        process.map(va, 4 * PAGE, 0);
        int ioas = process.process.ioas();
        process.process.attached(1, ioas);
        assertThat(process.process.map(ioas, va, 4 * PAGE, 0)).isZero();
        assertThat(process.lockedKilobytes()).isEqualTo(16);
        assertThat(process.process.pinnedKilobytes()).as("VmPin is the iommufd's alone").isEqualTo(16);
    }

    @Test
    void theLimitStopsAnIommuThatJoinsLate() {
        process.ready(9, V2);
        process.map(va, 4 * PAGE, 0);
        process.map(va, PAGE, 0x10000);
        assertThat(errno(process.set(process.group(1)))).isEqualTo(Errno.ENOMEM);
        assertThat(process.lockedKilobytes()).isZero();
    }

    @Test
    void withTheCapabilityThereIsAChargeAndNoLimit() {
        ContainerProcess privileged = ContainerProcess.on("memlock: 16K\nipc-lock: true\n" + DEVICES);
        privileged.ready(1, V2);
        long memory = privileged.memory(8 * PAGE).address();
        assertThat(privileged.map(memory, 8 * PAGE, 0)).isZero();
        assertThat(privileged.lockedKilobytes()).isEqualTo(32);
    }
}
