package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;

class QemuSourceTest {

    private final QemuSource source = new QemuSource();

    @TempDir
    Path folder;

    private FlatView capture(String name) throws IommuException {
        return source.read(Map.of(
                "mtree", Captures.path(name + ".mtree-owners"),
                "memory-devices", Captures.path(name + ".memory-devices.json")));
    }

    private FlatView text(String text, String... addressSpace) throws IommuException, IOException {
        Path file = Files.writeString(folder.resolve("guest.mtree"), text);
        return source.read(addressSpace.length == 0
                ? Map.of("mtree", file.toString())
                : Map.of("mtree", file.toString(), "address-space", addressSpace[0]));
    }

    @Test
    void ramIsBackedByItsRegionInQemu() throws IommuException {
        assertThat(capture("q35-base").at(0x100000))
                .contains(new Section(
                        new AddressRange(0x100000, 0x1fffffff),
                        SectionKind.RAM,
                        new Backing.Remote("pc.ram", 0x100000),
                        Access.READ_WRITE,
                        "pc.ram",
                        "/objects/pc.ram",
                        Map.of()));
    }

    @Test
    void aBarIsBackedByItsDevice() throws IommuException {
        Section bar = capture("q35-p2p").at(0xfd000000L).orElseThrow();
        assertThat(bar.kind()).isEqualTo(SectionKind.RAM_DEVICE);
        assertThat(bar.backing()).isEqualTo(new Backing.DeviceBar("0000:00:12.0", 2, 0));
    }

    @Test
    void romIsReadOnlyAndRegistersHaveNoBacking() throws IommuException {
        FlatView view = capture("q35-base");
        assertThat(view.at(0xfffc0000L)).get().extracting(Section::kind, Section::access)
                .containsExactly(SectionKind.ROM, Access.READ);
        assertThat(view.at(0xfec00000L)).get().extracting(Section::kind, Section::backing)
                .containsExactly(SectionKind.MMIO, Backing.NONE);
    }

    @Test
    void aFlashChipIsARomDevice() throws IommuException {
        assertThat(capture("q35-ovmf").at(0xffffffffL)).get().extracting(Section::kind, Section::backing)
                .containsExactly(SectionKind.ROMD, Backing.NONE);
    }

    @Test
    void deviceMemoryThatIsNoBarIsQemusOwn() throws IommuException {
        assertThat(capture("q35-tpm").at(0xfed45000L)).get().extracting(Section::kind, Section::backing)
                .containsExactly(SectionKind.RAM_DEVICE, new Backing.Remote("tpm-ppi", 0));
    }

    @Test
    void anNvdimmIsNonvolatile() throws IommuException {
        assertThat(capture("q35-nvdimm").at(0x100000000L).orElseThrow().facts())
                .containsEntry(SectionFacts.NONVOLATILE, "true")
                .containsEntry(SectionFacts.MEMORY_DEVICE, "nvdimm");
    }

    @Test
    void aVirtioMemSectionKnowsHowMuchIsPlugged() throws IommuException {
        assertThat(capture("q35-virtio-mem-linux-shrunk").at(0x100000000L).orElseThrow().facts())
                .containsOnly(
                        Map.entry(SectionFacts.MEMORY_DEVICE, "virtio-mem"),
                        Map.entry(SectionFacts.PLUGGED_SIZE, "67108864"),
                        Map.entry(SectionFacts.MAX_SIZE, "536870912"),
                        Map.entry(SectionFacts.BLOCK_SIZE, "2097152"));
        assertThat(capture("q35-virtio-mem-linux-shrunk").at(0).orElseThrow().facts()).isEmpty();
    }

    @Test
    void theWindowOfAVirtualIommuIsKnownByItsName() throws IommuException {
        FlatView view = source.read(
                Map.of("mtree", Captures.path("q35-viommu-linux.mtree"), "address-space", "vtd-01.0"));
        assertThat(view.sections()).extracting(Section::kind)
                .containsExactly(SectionKind.IOMMU, SectionKind.MMIO, SectionKind.IOMMU);
        assertThat(view.at(-1L)).get().extracting(Section::range)
                .isEqualTo(new AddressRange(0xfef00000L, -1L));
        FlatView arm = source.read(Map.of(
                "mtree", Captures.path("virt-arm-highmem.mtree"), "address-space", "smmuv3-iommu-memory-region-8-1"));
        assertThat(arm.sections()).extracting(Section::kind).containsExactly(SectionKind.IOMMU);
        assertThat(capture("virt-arm-highmem").at(0x9050000)).get().extracting(Section::kind)
                .isEqualTo(SectionKind.MMIO);
    }

    @Test
    void memoryBehindAVirtualIommuThatTranslatesSaysForWhom() throws IommuException {
        FlatView view = capture("q35-viommu-linux");
        assertThat(view.at(0x100000).orElseThrow().facts().get(SectionFacts.TRANSLATED_BY))
                .contains("vtd-02.0")
                .doesNotContain("bus master");
        assertThat(view.at(0xfec00000L).orElseThrow().facts()).as("registers").isEmpty();
    }

    @Test
    void memoryThatIsAskedForByNameIsNotCalledTranslated() throws IommuException {
        FlatView view = source.read(
                Map.of("mtree", Captures.path("q35-viommu-linux.mtree"), "address-space", "memory"));
        assertThat(view.sections()).allSatisfy(section -> assertThat(section.facts()).isEmpty());
    }

    @Test
    void ownersChangeNothingElse() throws IommuException, IOException {
        for (String name : Captures.names()) {
            FlatView plain = source.read(Map.of("mtree", Captures.path(name + ".mtree")));
            FlatView owned = source.read(Map.of("mtree", Captures.path(name + ".mtree-owners")));
            assertThat(owned.sections()).extracting(Section::range, Section::kind, Section::access, Section::name)
                    .isEqualTo(plain.sections().stream()
                            .map(s -> org.assertj.core.groups.Tuple.tuple(s.range(), s.kind(), s.access(), s.name()))
                            .toList());
        }
    }

    @Test
    void aReadOnlyRangeOfARomDeviceIsARomDevice() throws IommuException, IOException {
        FlatView view = text("""
                FlatView #0
                 AS "other", root: rom
                 Root memory region: rom
                  0000000000000000-0000000000ffffff (prio 0, i/o): system.flash0 owner:{dev path=/machine/flash0}
                  0000000001000000-0000000001ffffff (prio 0, romd): system.flash0 owner:{dev path=/machine/flash0}
                  0000000002000000-0000000002ffffff (prio 0, ramd): shadow owner:{dev path=/machine/b}

                FlatView #1
                 AS "memory", root: system
                 Root memory region: system
                  00000000000e0000-00000000000fffff (prio 1, rom): system.flash0 owner:{dev path=/machine/flash0}
                  0000000000100000-00000000001fffff (prio 1, rom): shadow owner:{dev path=/machine/a}
                  0000000000200000-00000000002fffff (prio 1, rom): shadow owner:{dev path=/machine/b}

                """);
        assertThat(view.sections()).extracting(Section::kind)
                .containsExactly(SectionKind.ROMD, SectionKind.ROM, SectionKind.RAM_DEVICE);
        assertThat(view.sections()).extracting(Section::access).containsOnly(Access.READ);
        assertThat(view.sections().getFirst().backing()).isEqualTo(Backing.NONE);
    }

    @Test
    void regionsOfOneNameAndTwoOwnersAreTwoBackings() throws IommuException, IOException {
        FlatView view = text(Text.view(
                "  0000000000000000-0000000000000fff (prio 0, ram): vga.vram owner:{dev id=a}",
                "  0000000000001000-0000000000001fff (prio 0, ram): vga.vram owner:{dev id=b}",
                "  0000000000002000-0000000000002fff (prio 0, ram): pc.ram owner:{obj path=/objects/pc.ram}"));
        assertThat(view.sections()).extracting(Section::backing).containsExactly(
                new Backing.Remote("vga.vram of a", 0),
                new Backing.Remote("vga.vram of b", 0),
                new Backing.Remote("pc.ram", 0));
    }

    @Test
    void theAreasOfABarWithAHoleLieWhereTheBarHasThem() throws IommuException, IOException {
        FlatView view = text(Text.view(
                "  00000000fe000000-00000000fe000fff (prio 0, ramd): 0000:00:10.0 BAR 4 mmaps[0]",
                "  00000000fe001000-00000000fe0010ff (prio 0, i/o): msix-table",
                "  00000000fe002000-00000000fe003fff (prio 0, ramd): 0000:00:10.0 BAR 4 mmaps[1]",
                "  00000000ff000000-00000000ff000fff (prio 0, i/o): 0000:00:10.0 BAR 0 @0000000000001000",
                "  00000000ff001000-00000000ff001fff (prio 0, ramd): 0000:00:10.0 BAR 0 mmaps[0]"));
        assertThat(view.at(0xfe002000L)).get().extracting(Section::backing)
                .isEqualTo(new Backing.DeviceBar("0000:00:10.0", 4, 0x2000));
        assertThat(view.at(0xff001000L)).get().extracting(Section::backing)
                .isEqualTo(new Backing.DeviceBar("0000:00:10.0", 0, 0x2000));
        assertThat(view.at(0xff000000L)).get().extracting(Section::kind).isEqualTo(SectionKind.MMIO);
    }

    @Test
    void anAddressSpaceWithoutARenderedViewShowsNothing() throws IommuException, IOException {
        assertThat(source.read(Map.of("mtree", Captures.path("q35-base.mtree"), "address-space", "mch")).sections())
                .isEmpty();
    }

    @Test
    void aMissingAddressSpaceIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> source.read(
                        Map.of("mtree", Captures.path("q35-base.mtree"), "address-space", "memroy")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("no address space is called 'memroy'; there are 'I/O', 'ICH9-LPC', ")
                .hasMessageContaining("'memory'")
                .hasMessageContaining("remedy: set address-space to one of them");
    }

    @Test
    void anAmbiguousAddressSpaceIsAnsweredWithTheRoots() {
        assertThatThrownBy(() -> source.read(
                        Map.of("mtree", Captures.path("q35-viommu-linux.mtree"), "address-space", "vtd-root")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("6 flat views belong to address spaces called 'vtd-root'; ")
                .hasMessageContaining("their roots are 'vtd-00.0', ")
                .hasMessageContaining("set address-space to the name of one of these roots");
    }

    @Test
    void overlappingSectionsAreNamedWithBothLines() {
        assertThatThrownBy(() -> text(Text.view(
                        "  0000000000000000-0000000000001fff (prio 0, ram): pc.ram",
                        "  0000000000001000-0000000000002fff (prio 0, rom): pc.bios")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("guest.mtree line 5: 'pc.bios' at 0x1000-0x2fff (line 5) overlaps"
                        + " 'pc.ram' at 0x0-0x1fff (line 4)");
    }

    static Stream<Arguments> badSettings() {
        String mtree = Captures.path("q35-base.mtree");
        return Stream.of(
                Arguments.of(Map.of(), "neither mtree nor qmp nor trace is set"),
                Arguments.of(Map.of("mtree", mtree, "qmp", "/run/q"), "both mtree and qmp are set"),
                Arguments.of(Map.of("mtree", mtree, "qmp", "q", "trace", "t"), "mtree, qmp and trace are set"),
                Arguments.of(Map.of("trace", "t", "address-space", "x"), "address-space is set beside trace"),
                Arguments.of(Map.of("qmp", "/run/q", "memory-devices", "x"), "memory-devices is set beside qmp"),
                Arguments.of(Map.of("mtre", mtree), "no setting 'mtre'; remedy: use mtree, memory-devices, qmp, "),
                Arguments.of(Map.of("mtree", ""), "the setting 'mtree' is empty"),
                Arguments.of(Map.of("mtree", "no/such"), "read no/such: there is no such file"),
                Arguments.of(Map.of("mtree", "a\0b"), "there is no such file"),
                Arguments.of(Map.of("mtree", "src"), "read src: it is a directory"),
                Arguments.of(Map.of("mtree", mtree, "memory-devices", mtree), "is not valid JSON"));
    }

    @ParameterizedTest
    @MethodSource("badSettings")
    void badSettingsSayWhatIsWrong(Map<String, String> settings, String message) {
        assertThatThrownBy(() -> source.read(settings))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("; remedy: ");
    }

    @Test
    void anEmptyFileIsRefused() {
        assertThatThrownBy(() -> text("")).isInstanceOf(IommuException.class).hasMessageContaining("the file is empty");
    }

    @Test
    void aBinaryFileIsRefusedWithLineAndByte() throws IOException {
        Path file = folder.resolve("binary");
        for (List<Integer> bytes : List.of(List.of(0x46, 0x0a, 0x46, 0x00), List.of(0x46, 0x0a, 0x46, 0xff))) {
            byte[] content = new byte[4];
            for (int i = 0; i < 4; i++) {
                content[i] = (byte) (int) bytes.get(i);
            }
            Files.write(file, content);
            assertThatThrownBy(() -> source.read(Map.of("mtree", file.toString())))
                    .isInstanceOf(IommuException.class)
                    .hasMessageContaining("binary line 2: the file is not text: byte 0x%02x at offset 3"
                            .formatted(bytes.get(3)));
        }
    }

    @Test
    void aFileThatMayNotBeReadIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();
        assertThatThrownBy(() -> source.read(Map.of("mtree", file.toString())))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("this process may not read it");
    }
}
