package org.pinion.shell.dma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.shell.fake.FakeMemory;
import org.pinion.shell.fake.Lab;

class StandInMemoryTest {

    private final FakeMemory allocator = new FakeMemory();

    @Test
    void eachRegionGetsOneMemoryAsLargeAsItsSectionsNeed() throws IommuException {
        under(Lab.section(0, 0xfff, SectionKind.RAM, "pc.ram", 0),
                Lab.section(0x8000, 0x8fff, SectionKind.ROM, "bios", 0x800),
                Lab.section(0x100000, 0x101fff, SectionKind.RAM, "pc.ram", 0x4000));
        assertThat(allocator.allocated).containsExactly("pc.ram:0x6000", "bios:0x1800");
    }

    @Test
    void theViewKeepsItsShapeAndSectionsWithoutRemoteBytesStay() throws IommuException {
        Section registers = Lab.section(0x9000, 0x9fff, SectionKind.MMIO, "hpet", -1);
        Section bar = Lab.section(0xa000, 0xafff, SectionKind.RAM_DEVICE, "bar", -1)
                .withBacking(new Backing.DeviceBar("0000:00:10.0", 0, 0));
        Section ram = Lab.section(0x0, 0xfff, SectionKind.RAM, "pc.ram", 0x2000);
        List<Section> sections = under(ram, registers, bar).view().sections();
        assertThat(sections).hasSize(3).contains(registers, bar);
        assertThat(sections.getFirst().backing()).isInstanceOfSatisfying(Backing.MemoryFile.class,
                file -> assertThat(file.offset()).isEqualTo(0x2000));
        assertThat(sections.getFirst().withBacking(ram.backing())).isEqualTo(ram);
    }

    @Test
    void sectionsThatShowTheSameBytesThereShowTheSameBytesHere() throws IommuException {
        StandInMemory memory = under(
                Lab.section(0x0, 0xfff, SectionKind.RAM, "pc.ram", 0x1000),
                Lab.section(0x10000, 0x11fff, SectionKind.RAM, "pc.ram", 0));
        memory.at(0x10, 1).orElseThrow().set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
        assertThat(memory.at(0x11010, 1).orElseThrow().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }

    @Test
    void addressesWithoutMemoryOfOursHaveNone() throws IommuException {
        StandInMemory memory = under(
                Lab.section(0x0, 0xfff, SectionKind.RAM, "pc.ram", 0),
                Lab.section(0x1000, 0x1fff, SectionKind.MMIO, "hpet", -1));
        assertThat(memory.at(0x1000, 1)).isEmpty();
        assertThat(memory.at(0x2000, 1)).isEmpty();
        assertThat(memory.at(0xfff, 2)).isEmpty();
    }

    @Test
    void whatIsAllocatedComesBackWhenTheNextIsRefused() {
        assertThatThrownBy(() -> under(
                        Lab.section(0x0, 0xfff, SectionKind.RAM, "small", 0),
                        Lab.section(0x100000000L, 0x1ffffffffL, SectionKind.RAM, "large", 0)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("out of memory");
        assertThat(allocator.allocated).containsExactly("small:0x1000");
        assertThat(allocator.open()).isZero();
    }

    @Test
    void aSectionLargerThanAnyProcessIsRefusedWithItsName() {
        assertThatThrownBy(() -> under(Lab.section(0, -1L, SectionKind.RAM, "endless", 0)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("'endless' at 0x0-0xffffffffffffffff")
                .hasMessageContaining("no process has that much address space");
    }

    @Test
    void aMissingAllocatorIsSaidToBeMissing() {
        assertThatThrownBy(() -> StandInMemory.under(FlatView.EMPTY, Optional.empty()))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("no HostMemoryAllocator service is there; remedy: start the bundle"
                        + " org.pinion.memory.memfd");
    }

    private StandInMemory under(Section... sections) throws IommuException {
        return StandInMemory.under(FlatView.of("memory", List.of(sections)), Optional.of(allocator));
    }
}
