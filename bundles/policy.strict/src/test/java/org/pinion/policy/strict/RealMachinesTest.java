package org.pinion.policy.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.source.qemu.QemuSource;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Candidate.Planning;
import org.pinion.spi.policy.Verdict;
import org.pinion.spi.policy.Verdict.Outcome;

/** Applies the policy to captured machines. */
class RealMachinesTest {

    private static final Path FOLDER = Path.of("../../distribution/captures");
    private static final Planning PLAIN =
            new Planning("iommufd", Set.of(Route.USER, Route.FILE), "no dma-buf here", 0x1000, List.of());

    private record Decided(Section section, Verdict verdict) {

        boolean mapped() {
            return verdict.outcome() == Outcome.MAP;
        }
    }

    static List<String> machines() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".mtree"))
                    .map(file -> file.replace(".mtree", ""))
                    .sorted()
                    .toList();
        }
    }

    private static List<Decided> decide(String machine) throws IommuException {
        FlatView view = new QemuSource().read(Map.of(
                "mtree", FOLDER.resolve(machine + ".mtree-owners").toString(),
                "memory-devices", FOLDER.resolve(machine + ".memory-devices.json").toString()));
        List<Trait> traits = List.copyOf(new SectionClassifier().classify(view.sections()));
        List<Decided> decided = new ArrayList<>();
        for (Section section : view.sections()) {
            List<Trait> own = traits.stream()
                    .filter(trait -> trait.range().equals(section.range()))
                    .map(trait -> trait.signedBy("section"))
                    .toList();
            Candidate candidate = new Candidate(section.range(), section, own, PLAIN);
            decided.add(new Decided(section, new StrictPolicy().decide(candidate)));
        }
        return decided;
    }

    private static int ram(List<Decided> decided) {
        return (int) decided.stream().filter(it -> it.section().name().equals("pc.ram")).count();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void noRomIsWritableAndNoBarIsMapped(String machine) throws IommuException {
        List<Decided> decided = decide(machine);
        assertThat(decided)
                .filteredOn(it -> it.section().name().equals("pc.ram"))
                .filteredOn(Decided::mapped)
                .as("RAM, which is mapped unless a virtual IOMMU translates")
                .hasSize(Set.of("q35-viommu-linux", "virt-arm-highmem").contains(machine) ? 0 : ram(decided));
        assertThat(decided).filteredOn(Decided::mapped).allSatisfy(it -> {
            assertThat(it.section().kind()).isIn(SectionKind.RAM, SectionKind.ROM);
            assertThat(it.verdict().access().writable()).isEqualTo(it.section().kind() == SectionKind.RAM);
        });
        assertThat(decided)
                .filteredOn(it -> it.section().backing() instanceof Backing.DeviceBar)
                .allSatisfy(it -> assertThat(it.verdict().rule()).isEqualTo("device-memory"));
    }

    @Test
    void everyBarThatStaysOutIsNamed() throws IommuException {
        assertThat(decide("q35-p2p"))
                .filteredOn(it -> it.section().kind() == SectionKind.RAM_DEVICE)
                .extracting(it -> it.verdict().reason())
                .containsExactlyInAnyOrder(
                        "BAR 0 of 0000:00:10.0 is mapped by dma-buf or not at all: no dma-buf here",
                        "BAR 0 of 0000:00:11.0 is mapped by dma-buf or not at all: no dma-buf here",
                        "BAR 0 of 0000:00:12.0 is mapped by dma-buf or not at all: no dma-buf here",
                        "BAR 2 of 0000:00:12.0 is mapped by dma-buf or not at all: no dma-buf here");
    }

    @Test
    void unpluggedAndMisalignedMemoryStaysOut() throws IommuException {
        assertThat(decide("q35-virtio-mem"))
                .filteredOn(it -> it.section().range().equals(new AddressRange(0x100000000L, 0x11fffffffL)))
                .singleElement()
                .extracting(it -> it.verdict().rule())
                .isEqualTo("discarded");
        assertThat(decide("q35-tpm"))
                .filteredOn(it -> it.section().name().startsWith("tpm-") && it.mapped())
                .isEmpty();
    }
}
