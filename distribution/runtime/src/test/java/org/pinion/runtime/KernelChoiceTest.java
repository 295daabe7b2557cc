package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelChoiceTest {

    @TempDir
    private Path devices;

    @TempDir
    private Path drivers;

    @Test
    void theMachinesKernelIsTakenWhereOneOfItsFilesOpens() throws IOException {
        Path container = Files.createFile(devices.resolve("vfio"));

        KernelChoice choice = choice(devices.resolve("iommu"), container);

        assertThat(choice.type()).isEqualTo("native");
        assertThat(choice.reason()).isEqualTo(container.toString());
        assertThat(choice.properties()).isEqualTo(Map.of("org.pinion.kernel", "native"));
    }

    @Test
    void withoutAnyTheShippedHostIsEmulated() {
        KernelChoice choice = choice(devices.resolve("iommu"));

        assertThat(choice.reason()).contains(devices.resolve("iommu").toString());
        assertThat(choice.properties()).isEqualTo(Map.of("org.pinion.kernel", "emulated"));
    }

    @Test
    void aNodeWithoutADriverBehindItCountsForNothing() {
        assertThat(choice(devices).type()).isEqualTo("emulated");
    }

    // A directory does not open as a file; a node that a container keeps back does not, either.
    @Test
    void aNodeThatADriverAnswersMakesTheChoiceNativeEvenIfItDoesNotOpen() throws IOException {
        Files.createFile(drivers.resolve(devices.getFileName()));

        assertThat(choice(devices).properties()).isEqualTo(Map.of("org.pinion.kernel", "native"));
        assertThat(choice(devices).reason()).isEqualTo(devices + ", which refuses this user");
    }

    @Test
    void aNodeThatTheUserMayNotOpenMakesTheChoiceNative() throws IOException {
        Path container = Files.createFile(devices.resolve("vfio"));
        Files.setPosixFilePermissions(container, Set.of());
        assumeThat(Files.isWritable(container)).as("root may open what it likes").isFalse();

        assertThat(choice(devices.resolve("iommu"), container).reason())
                .isEqualTo(container + ", which refuses this user");
    }

    @Test
    void aNodeThatOpensIsPreferredToOneThatRefuses() throws IOException {
        Files.createFile(drivers.resolve(devices.getFileName()));
        Path container = Files.createFile(devices.resolve("vfio"));

        assertThat(choice(devices, container).reason()).isEqualTo(container.toString());
    }

    @Test
    void whoAsksAboutTheMachineGetsItsKernelWhateverItHas() {
        assertThat(KernelChoice.ofTheMachine(Emulation.UNASKED).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "native"));
    }

    @Test
    void whoAsksAboutADescribedHostGetsThatHost() {
        Path host = devices.resolve("host.yaml");

        assertThat(KernelChoice.ofTheMachine(on(host)).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", host.toString()));
    }

    @Test
    void aHostIsEmulatedEvenWhereTheMachineHasAKernelForIt() throws IOException {
        Path iommu = Files.createFile(devices.resolve("iommu"));
        Path host = devices.resolve("host.yaml");

        KernelChoice choice = KernelChoice.of(on(host), List.of(iommu), drivers);

        assertThat(choice.properties())
                .isEqualTo(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", host.toString()));
    }

    @Test
    void anOperatorMayNameTheKernel() throws LaunchException {
        assertThat(KernelChoice.named("native", Emulation.UNASKED).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "native"));
        assertThat(KernelChoice.named("emulated", Emulation.UNASKED).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "emulated"));
        assertThatThrownBy(() -> KernelChoice.named("naitve", Emulation.UNASKED))
                .isInstanceOf(LaunchException.class)
                .hasMessage("org.pinion.kernel is 'naitve'; it can be native or emulated");
    }

    private KernelChoice choice(Path... nodes) {
        return KernelChoice.of(Emulation.UNASKED, List.of(nodes), drivers);
    }

    private static Emulation on(Path host) {
        return new Emulation(Optional.of(host), Optional.empty());
    }

    @Test
    void aKernelToEmulateIsTakenInPlaceOfTheMachines() throws IOException {
        Path iommu = Files.createFile(devices.resolve("iommu"));

        KernelChoice choice = KernelChoice.of(
                new Emulation(Optional.empty(), Optional.of("6.12")), List.of(iommu), drivers);

        assertThat(choice.reason()).isEqualTo("the shipped host, with the interface of Linux 6.12");
        assertThat(choice.properties()).isEqualTo(
                Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.interface", "6.12"));
    }
}
