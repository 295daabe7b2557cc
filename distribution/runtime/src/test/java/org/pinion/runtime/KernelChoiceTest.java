package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelChoiceTest {

    @TempDir
    private Path devices;

    @Test
    void theMachinesKernelIsTakenWhereOneOfItsFilesOpens() throws IOException {
        Path container = Files.createFile(devices.resolve("vfio"));

        KernelChoice choice = KernelChoice.of(Optional.empty(), List.of(devices.resolve("iommu"), container));

        assertThat(choice.type()).isEqualTo("native");
        assertThat(choice.reason()).isEqualTo(container.toString());
        assertThat(choice.properties()).isEqualTo(Map.of("org.pinion.kernel", "native"));
    }

    @Test
    void withoutAnyTheShippedHostIsEmulated() {
        KernelChoice choice = KernelChoice.of(Optional.empty(), List.of(devices.resolve("iommu")));

        assertThat(choice.reason()).contains(devices.resolve("iommu").toString());
        assertThat(choice.properties()).isEqualTo(Map.of("org.pinion.kernel", "emulated"));
    }

    @Test
    void aFileThatIsThereAndDoesNotOpenCountsForNothing() {
        assertThat(KernelChoice.of(Optional.empty(), List.of(devices)).type()).isEqualTo("emulated");
    }

    @Test
    void whoAsksAboutTheMachineGetsItsKernelWhateverItHas() {
        assertThat(KernelChoice.ofTheMachine(Optional.empty()).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "native"));
    }

    @Test
    void whoAsksAboutADescribedHostGetsThatHost() {
        Path host = devices.resolve("host.yaml");

        assertThat(KernelChoice.ofTheMachine(Optional.of(host)).properties())
                .isEqualTo(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", host.toString()));
    }

    @Test
    void aHostIsEmulatedEvenWhereTheMachineHasAKernelForIt() throws IOException {
        Path iommu = Files.createFile(devices.resolve("iommu"));
        Path host = devices.resolve("host.yaml");

        KernelChoice choice = KernelChoice.of(Optional.of(host), List.of(iommu));

        assertThat(choice.properties())
                .isEqualTo(Map.of("org.pinion.kernel", "emulated", "org.pinion.emulator.host", host.toString()));
    }
}
