package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;

class ListenerTraceTest {

    private static final String ADD = "vfio_listener_region_add_ram region_add [ram] ";
    private static final String DEL = "vfio_listener_region_del region_del ";

    private static List<FlatView> views(String... lines) throws IommuException {
        return ListenerTrace.parse("guest.trace", String.join("\n", lines) + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "pc-vga-high, 8, 689045504, 2029199360, 1340153856",
        "q35-base, 6, 538181632, 2685849600, 2147667968",
        "q35-p2p, 9, 430051328, 3245555712, 2815504384",
        "pc-hotplug-plugged, 8, 672276480, 2012958720, 1340682240",
        "q35-tpm, 6, 269746176, 1343672320, 1073926144"
    })
    void theViewsOfRealMachinesEndAndDifferAsTheirLinesSay(
            String name, int count, long last, long added, long deleted) throws IommuException {
        List<FlatView> views = new QemuSource().history(Map.of("trace", Captures.path(name + ".trace")));
        assertThat(views).hasSize(count);
        assertThat(bytes(views.getLast().sections())).isEqualTo(last);
        assertThat(added - deleted).isEqualTo(last);
        assertThat(changed(FlatView.EMPTY, views)).isEqualTo(added);
        assertThat(changed(views.getLast(), views.reversed())).isEqualTo(deleted);
    }

    /** Bytes of the sections that each view has and the one before it has not. */
    private static long changed(FlatView first, List<FlatView> views) {
        long bytes = 0;
        FlatView before = first;
        for (FlatView view : views) {
            FlatView previous = before;
            bytes += bytes(view.sections().stream()
                    .filter(section -> !previous.sections().contains(section))
                    .toList());
            before = view;
        }
        return bytes;
    }

    private static long bytes(List<Section> sections) {
        return sections.stream()
                .filter(section -> section.kind() == SectionKind.RAM)
                .mapToLong(section -> section.range().size())
                .sum();
    }

    @Test
    void aViewEndsWhereADeletionFollowsAnAddition() throws IommuException {
        List<FlatView> views = views(
                ADD + "0x0 - 0x9ffff [0x7f0000000000]",
                ADD + "0xc0000 - 0xfffff [0x7f00000c0000]",
                DEL + "0x0 - 0x9ffff",
                DEL + "0xc0000 - 0xfffff",
                ADD + "0x0 - 0xfffff [0x7f0000000000]");
        assertThat(views).extracting(view -> view.sections().size()).containsExactly(2, 1);
        assertThat(views.getFirst().name()).isEqualTo("memory");
    }

    @Test
    void equalAddressesInQemuAreEqualBytesWhateverTheSection() throws IommuException {
        List<Section> sections = views(
                        ADD + "0x0 - 0xfff [0x7f0000000000]",
                        ADD + "0x2000 - 0x2fff [0x7f0000001000]",
                        ADD + "0x4000 - 0x4fff [0x7f0000003000]",
                        ADD + "0x6000 - 0x6fff [0x7f0000001000]")
                .getFirst()
                .sections();
        assertThat(sections).extracting(Section::backing).containsExactly(
                new Backing.Remote("qemu-0x7f0000000000", 0),
                new Backing.Remote("qemu-0x7f0000000000", 0x1000),
                new Backing.Remote("qemu-0x7f0000003000", 0),
                new Backing.Remote("qemu-0x7f0000000000", 0x1000));
    }

    @Test
    void aSectionThatWentAndCameBackIsToldFromOneThatStayed() throws IommuException {
        List<FlatView> views = views(
                ADD + "0x0 - 0xfff [0x7f0000000000]", DEL + "0x0 - 0xfff", ADD + "0x0 - 0xfff [0x7f0000000000]");
        assertThat(views).extracting(view -> view.sections().getFirst().facts().get(SectionFacts.SHOWN_SINCE))
                .containsExactly("line 1", "line 3");
    }

    @Test
    void whatQemuDoesNotMapHasNoBytes() throws IommuException {
        List<FlatView> views = views(
                "12:00:01 vfio_listener_region_add_iommu region_add [iommu] 0xfef00000 - 0xffffffffffffffff",
                "vfio_listener_region_add_skip SKIPPING region_add 0xa0000 - 0xbffff",
                ADD + "0x1000 - 0x1fff [0x7f0000000000]",
                "vfio_listener_region_add_no_dma_map Region \"a BAR\" 0x1000 size=0x1000 is not aligned to 0x10000"
                        + " and cannot be mapped for DMA",
                "vfio_listener_region_add_no_dma_map Region \"b\" 0x9000 size=0x100 is not aligned to 0x1000 and",
                "some_other_event");
        assertThat(views.getLast().sections()).extracting(Section::range, Section::kind, Section::backing)
                .containsExactly(
                        tuple(new AddressRange(0x1000, 0x1fff), SectionKind.MMIO, Backing.NONE),
                        tuple(new AddressRange(0xfef00000L, -1L), SectionKind.IOMMU, Backing.NONE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "vfio_listener_region_del region_del 0x0 - 0xfff"
                + " | guest.trace line 2: 0x0-0xfff is deleted, but was not added before",
        "vfio_listener_region_add_ram region_add [ram] 0x1000 - 0x2fff [0x7f0000000000]"
                + " | line 2: 0x1000-0x2fff is added over 0x2000-0x2fff of line 1",
        "vfio_listener_region_add_ram region_add [ram] 0x5000 - 0x4fff [0x7f0000000000]"
                + " | line 2: a range cannot end at 0x4fff, before its start",
        "vfio_listener_region_add_ram region_add [ram] 0x5000 - 0x6fff"
                + " | line 2: it is not an event of QEMU",
        "vfio_listener_region_add_ram region_add [ram] 0x5000 - | line 2: it is not an event of QEMU",
        "vfio_listener_region_add_ram region_add [ram] 0x5000 - 0x6fff [0xfffffffffffff000]"
                + " | line 2: no process has memory there"
    })
    void aFaultNamesItsLine(String line, String message) {
        assertThatThrownBy(() -> views(ADD + "0x2000 - 0x2fff [0x7f0000000000]", line))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("remedy: ");
    }

    @Test
    void aRecordingWithoutSectionsIsNone() {
        assertThatThrownBy(() -> views("vfio_region_write 1 2 3"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("no section is added in it");
    }
}
