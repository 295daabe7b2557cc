package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.EDU;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;

/** Descriptors may be closed in any order: what still needs something keeps it, and nothing is left in the end. */
class ClosingOrderTest {

    private final ContainerProcess process = ContainerProcess.onLab();
    private final long va = process.memory(PAGE).address();

    @Property(tries = 100)
    void whateverIsClosedFirstNothingIsLeft(@ForAll long seed) {
        ContainerProcess any = ContainerProcess.onLab();
        int group = any.ready(0, V2);
        int other = any.joined(1);
        List<Integer> open = new ArrayList<>(List.of(any.container, group, other, any.device(group, EDU),
                any.device(group, EDU), any.device(other, "0000:00:11.0")));
        any.map(any.memory(PAGE).address(), PAGE, 0);
        Collections.shuffle(open, new Random(seed));
        open.forEach(fd -> assertThat(any.kernel.close(fd)).isZero());
        assertThat(any.lockedKilobytes()).isZero();
        assertThat(any.process.bind(any.process.openDevice(0))).isPositive();
        assertThat(any.group(1)).isPositive();
    }

    @Test
    void aContainerLivesAsLongAsAGroupIsInIt() {
        int group = process.ready(0, V2);
        int device = process.device(group, EDU);
        process.map(va, PAGE, 0);
        process.kernel.close(process.container);
        Edu edu = new Edu(process.kernel, device);
        edu.busMaster(true);
        edu.fromMemory(0, 16);
        assertThat(process.kernel.faults()).isEmpty();
        assertThat(process.status(group)).isEqualTo(Vfio.GROUP_VIABLE | Vfio.GROUP_CONTAINER_SET);
        process.kernel.close(device);
        assertThat(process.unset(group)).isZero();
        assertThat(process.lockedKilobytes()).isZero();
    }

    @Test
    void aGroupStaysOpenAsLongAsItsDeviceIs() {
        int group = process.ready(0, V2);
        int device = process.device(group, EDU);
        process.kernel.close(group);
        assertThat(errno(process.group(0))).isEqualTo(Errno.EBUSY);
        assertThat(process.map(va, PAGE, 0)).isZero();
        process.kernel.close(device);
        assertThat(process.group(0)).isPositive();
        assertThat(errno(process.map(va, PAGE, 0))).as("the container has lost its last group")
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void closingTheLastDescriptorTakesTheBusFromTheDevice() {
        int group = process.ready(0, V2);
        int device = process.device(group, EDU);
        new Edu(process.kernel, device).busMaster(true);
        process.kernel.close(device);
        assertThat(new Edu(process.kernel, process.device(group, EDU)).busMaster()).isFalse();
    }
}
