package org.pinion.memory.section;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;

class SectionClassifierTest {

    private static final AddressRange PAGES = new AddressRange(0x1000, 0x4fff);
    private static final Backing RAM = new Backing.Remote("pc.ram", 0x1000);

    private static List<Trait> traits(Section... sections) throws IommuException {
        return List.copyOf(new SectionClassifier().classify(List.of(sections)));
    }

    private static List<String> names(Section section) throws IommuException {
        return traits(section).stream().map(Trait::name).toList();
    }

    private static Section section(SectionKind kind, Backing backing, Access access, Map<String, String> facts) {
        return new Section(PAGES, kind, backing, access, "x", "", facts);
    }

    private static Section virtioMem(String plugged, String most) {
        return section(SectionKind.RAM, RAM, Access.READ_WRITE, Map.of(
                SectionFacts.MEMORY_DEVICE, "virtio-mem",
                SectionFacts.PLUGGED_SIZE, plugged,
                SectionFacts.MAX_SIZE, most,
                SectionFacts.BLOCK_SIZE, "4096"));
    }

    @Test
    void ramOfTheVmmCanBePinned() throws IommuException {
        assertThat(traits(section(SectionKind.RAM, RAM, Access.READ_WRITE, Map.of())))
                .containsExactly(Trait.of(
                        PAGES, Traits.GUP_ABLE, "the section is ram, which a VMM keeps in normal memory"));
    }

    @Test
    void romCanBePinnedForReading() throws IommuException {
        assertThat(names(section(SectionKind.ROM, RAM, Access.READ, Map.of())))
                .containsExactly(Traits.GUP_ABLE, Traits.READ_ONLY);
    }

    @Test
    void aBarIsDeviceMemoryWhateverItsKind() throws IommuException {
        for (SectionKind kind : List.of(SectionKind.RAM, SectionKind.RAM_DEVICE)) {
            Section bar = section(kind, new Backing.DeviceBar("0000:00:12.0", 2, 0), Access.READ_WRITE, Map.of());
            assertThat(traits(bar)).containsExactly(
                    Trait.of(PAGES, Traits.DEVICE_MEMORY, "its backing is BAR 2 of 0000:00:12.0"));
        }
    }

    @Test
    void aDmaBufIsSaidToBeOneAndNotToBePinnable() throws IommuException {
        assertThat(names(section(SectionKind.RAM, new Backing.DmaBuf(7, 0), Access.READ_WRITE, Map.of())))
                .containsExactly(Traits.DMA_BUF);
    }

    @Test
    void ramDeviceWithoutABarIsDeviceMemory() throws IommuException {
        assertThat(names(section(SectionKind.RAM_DEVICE, RAM, Access.READ_WRITE, Map.of())))
                .containsExactly(Traits.DEVICE_MEMORY);
    }

    @ParameterizedTest
    @EnumSource(names = {"ROMD", "MMIO", "IOMMU"})
    void whatHasNoMemoryHasNoTrait(SectionKind kind) throws IommuException {
        Section odd = new Section(
                new AddressRange(1, 2), kind, Backing.NONE, Access.READ_WRITE, "x", "", Map.of());
        assertThat(traits(odd)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0x1000, 0x1fff, 0x0,    false",
        "0x1001, 0x2000, 0x0,    true",
        "0x1000, 0x17ff, 0x0,    true",
        "0x1000, 0x1fff, 0x80,   true",
        "0x0080, 0x0fff, 0x80,   true",
        "0x0,    -0x1,   0x0,    false",
    })
    void whatIsNotInWholePagesIsSubPage(String start, String last, String offset, boolean subPage)
            throws IommuException {
        Section section = Section.ram(
                new AddressRange(Long.decode(start), Long.decode(last)),
                new Backing.Remote("x", Long.decode(offset)),
                "x");
        assertThat(names(section).contains(Traits.SUB_PAGE)).isEqualTo(subPage);
    }

    @Test
    void factsBecomeTraits() throws IommuException {
        Section section = section(
                SectionKind.RAM,
                RAM,
                Access.READ_WRITE,
                Map.of(SectionFacts.PROTECTED, "true", SectionFacts.NONVOLATILE, "true"));
        assertThat(names(section)).containsExactly(Traits.GUP_ABLE, Traits.PROTECTED, Traits.NONVOLATILE);
    }

    @Test
    void memoryBehindAVirtualIommuIsTranslated() throws IommuException {
        Section section =
                section(SectionKind.RAM, RAM, Access.READ_WRITE, Map.of(SectionFacts.TRANSLATED_BY, "vtd-01.0,vtd-02.0"));
        assertThat(traits(section))
                .filteredOn(trait -> trait.name().equals(Traits.TRANSLATED))
                .singleElement()
                .satisfies(trait -> assertThat(trait.evidence()).contains("vtd-01.0, vtd-02.0"));
    }

    @Test
    void virtioMemWithNothingPluggedIsDiscarded() throws IommuException {
        assertThat(traits(virtioMem("0", "16384"))).contains(
                Trait.of(PAGES, Traits.DISCARDED, "no block of the virtio-mem device is plugged"));
    }

    @Test
    void virtioMemWithSomePluggedIsDiscardedBecauseItsBlocksCannotBeTold() throws IommuException {
        assertThat(traits(virtioMem("4096", "16384"))).contains(Trait.of(
                PAGES,
                Traits.DISCARDED,
                "4096 of 16384 bytes of the virtio-mem device are plugged,"
                        + " in blocks of 4096; which blocks, it does not tell"));
    }

    @Test
    void virtioMemWithAllPluggedIsNotDiscarded() throws IommuException {
        assertThat(names(virtioMem("16384", "16384"))).containsExactly(Traits.GUP_ABLE);
    }

    @Test
    void otherMemoryDevicesAreNotDiscarded() throws IommuException {
        assertThat(names(section(
                        SectionKind.RAM, RAM, Access.READ_WRITE, Map.of(SectionFacts.MEMORY_DEVICE, "dimm"))))
                .containsExactly(Traits.GUP_ABLE);
    }

    @ParameterizedTest
    @CsvSource({"'',1", "x,1", "-1,1", "1,18446744073709551616"})
    void aFactThatIsNoNumberIsNamed(String plugged, String most) {
        assertThatThrownBy(() -> traits(virtioMem(plugged, most)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("classify 'x' at 0x1000-0x4fff (ram): its fact '")
                .hasMessageContaining("not a number of bytes");
    }
}
