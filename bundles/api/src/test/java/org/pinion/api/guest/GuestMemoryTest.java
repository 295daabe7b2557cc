package org.pinion.api.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Ledger;
import org.pinion.api.Plan;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;

class GuestMemoryTest {

    private static final long PAGE = 4096;
    private static final Section IOMMU = new Section(
            new AddressRange(-0x10000L, -1L), SectionKind.IOMMU, Backing.NONE, Access.READ_WRITE, "smmu", "", Map.of());
    private static final Section RAM =
            Section.ram(AddressRange.ofSize(0, 64 * PAGE), new Backing.MemoryFile(3, 0, 0), "ram");
    private static final SpaceOptions OPTIONS = new SpaceOptions("guest", "iommufd", List.of("strict"));

    private final List<FlatViewChange> changes = new ArrayList<>();
    private FlatView view = FlatView.of("pci", List.of(IOMMU));
    private IommuException refusal;

    private final AddressSpace space = (AddressSpace) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {AddressSpace.class}, (_, method, arguments) -> switch (
                    method.getName()) {
                case "snapshot" -> snapshot();
                case "commit" -> commit((FlatViewChange) arguments[0]);
                default -> throw new AssertionError("not expected: " + method.getName());
            });

    private final FlatView memory = FlatView.of("memory", List.of(
            RAM.withFacts(Map.of(SectionFacts.TRANSLATED_BY, "devices"))));
    private final Translations translations = new Translations(space, IOMMU, () -> memory);

    private SpaceSnapshot snapshot() {
        Plan plan = new Plan(view, IovaLimits.intersect(PAGE, List.of()), OPTIONS.policies(), List.of());
        return new SpaceSnapshot(
                OPTIONS, SpaceSnapshot.State.ACTIVE, 0, List.of(), plan, List.of(), List.of(), Ledger.EMPTY);
    }

    private CommitReport commit(FlatViewChange change) throws IommuException {
        if (refusal != null) {
            throw refusal;
        }
        view = view.with(change);
        changes.add(change);
        return new CommitReport(snapshot().plan(), List.of(), List.of(), 0);
    }

    private static AddressRange pages(long first, long count) {
        return AddressRange.ofSize(IOMMU.range().start() + first * PAGE, count * PAGE);
    }

    @Test
    void whatIsMappedShowsTheGuestsMemoryAsADeviceMaySeeIt() throws IommuException {
        translations.apply(List.of(Notification.map(pages(15, 1), 7 * PAGE, Access.READ)));

        Section shown = view.at(-1L).orElseThrow();
        assertThat(shown.range()).isEqualTo(pages(15, 1));
        assertThat(shown.backing()).isEqualTo(new Backing.MemoryFile(3, 7 * PAGE, 0));
        assertThat(shown.access()).isEqualTo(Access.READ);
        assertThat(shown.facts()).isEmpty();
        assertThat(view.at(IOMMU.range().start())).contains(IOMMU.slice(pages(0, 15)));
    }

    @Test
    void whatIsMappedAndUnmappedInOneBatchNeverShows() throws IommuException {
        translations.apply(List.of(
                Notification.map(pages(2, 2), 0, Access.READ_WRITE), Notification.unmap(pages(2, 2))));

        assertThat(changes).isEmpty();
        assertThat(translations.shown()).containsExactly(IOMMU);
    }

    @Test
    void neighboursThatLeadOnAreOneAndLeaveAsTheyCame() throws IommuException {
        translations.apply(List.of(Notification.map(pages(2, 1), 2 * PAGE, Access.READ_WRITE)));
        translations.apply(List.of(Notification.map(pages(3, 1), 3 * PAGE, Access.READ_WRITE)));
        assertThat(translations.shown()).extracting(Section::range)
                .containsExactly(pages(0, 2), pages(2, 2), pages(4, 12));

        translations.apply(List.of(Notification.unmap(IOMMU.range())));
        assertThat(view.sections()).containsExactly(IOMMU);
    }

    @Test
    void whereNothingShowsInTheGuestNothingIsMapped() throws IommuException {
        translations.apply(List.of(Notification.map(pages(0, 4), 62 * PAGE, Access.READ_WRITE)));

        assertThat(translations.shown()).extracting(Section::kind, Section::range).containsExactly(
                tuple(SectionKind.RAM, pages(0, 2)),
                tuple(SectionKind.IOMMU, pages(2, 14)));
    }

    @Test
    void aRefusedBatchIsForgotten() throws IommuException {
        refusal = new IommuException("commit of a change", "no", "");

        assertThatExceptionOfType(IommuException.class).isThrownBy(() ->
                translations.apply(List.of(Notification.map(pages(0, 1), 0, Access.READ))));
        assertThat(translations.shown()).containsExactly(IOMMU);
    }

    @Test
    void notificationsThatAreNoneSaySo() {
        assertThatExceptionOfType(IommuException.class)
                .isThrownBy(() -> translations.apply(List.of(Notification.unmap(new AddressRange(0, PAGE - 1)))))
                .withMessageContaining("translate 0x0-0xfff: it lies outside of 'smmu'");
        assertThatExceptionOfType(IommuException.class)
                .isThrownBy(() -> translations.apply(List.of(Notification.map(pages(0, 2), -PAGE, Access.READ))))
                .withMessageContaining("from 0xfffffffffffff000 on it would lead past 2^64-1");
        assertThatIllegalArgumentException().isThrownBy(() -> new Translations(space, RAM, () -> memory))
                .withMessageContaining("no window of a virtual IOMMU");
        assertThat(Notification.addresses(0x12345, 0xfff)).isEqualTo(new AddressRange(0x12000, 0x12fff));
    }

    @Test
    void aWholeViewKeepsWhatIsMapped() throws IommuException {
        translations.apply(List.of(Notification.map(pages(0, 1), 0, Access.READ)));

        FlatView whole = translations.in(FlatView.of("pci", List.of(IOMMU, RAM)));

        assertThat(whole.sections()).hasSize(3).contains(RAM).containsAll(translations.shown());
    }

    @Test
    void blocksArePluggedAndUnpluggedWhole() throws IommuException {
        Section discarded = MemoryBlocks.discarded(RAM, 2 * PAGE);
        view = FlatView.of("guest", List.of(discarded));
        MemoryBlocks blocks = new MemoryBlocks(space, RAM, 2 * PAGE);

        blocks.populate(List.of(AddressRange.ofSize(0, 4 * PAGE), AddressRange.ofSize(8 * PAGE, 2 * PAGE)));
        assertThat(view.sections()).extracting(section -> section.facts().get(SectionFacts.MEMORY_DEVICE))
                .containsExactly(null, "virtio-mem", null, "virtio-mem");
        blocks.discard(List.of(RAM.range()));
        assertThat(view.sections()).containsExactly(discarded);
        assertThatExceptionOfType(IommuException.class)
                .isThrownBy(() -> blocks.populate(List.of(AddressRange.ofSize(PAGE, 2 * PAGE))))
                .withMessageContaining("it is not one of whole blocks of 0x2000 bytes of 'ram'");
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBlocks(space, RAM, 1L << 30))
                .withMessageContaining("is not in whole blocks");
    }
}
