package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.keeper.Keeper;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/**
 * The process ends without a word and another one goes on. Here both are cores of one process, over a kernel that knows
 * nothing of either; the first is never stopped, since a process that is killed is not.
 */
class RestartTest {

    private static final long PAGE = EmulatedHost.PAGE;
    private static final long SIZE = 16 * PAGE;
    private static final Bundle STOPPED = Registered.stopped("key", "core", "1.0.0").getBundle();

    private final EmulatedHost host = new EmulatedHost(2);
    private final MappingLedger ledger = new MappingLedger(host.kernel);
    private final KilledKernel killed = new KilledKernel(ledger.kernel());
    private final ServiceManagerShelf manager = new ServiceManagerShelf(SIZE);
    private EmulatedHost.Memory memory;
    private Microkernel core;

    private void start() {
        startWithoutKeeper("iommufd");
        core.bindKeeper(new Keeper(killed.kernel(), manager));
        core.begin();
    }

    private void startWithoutKeeper(String backend) {
        manager.startProcess();
        core = new Microkernel(STOPPED, BackendUpdateTest.configuration(300));
        Registered.backend(
                core,
                EmulatedHost.backend(backend, killed.kernel()),
                Registered.updated(BackendType.PROPERTY, backend, "1.0.0"));
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
    }

    @AfterEach
    void stop() {
        core.stop();
        assertThat(ledger.starts()).isEmpty();
        assertThat(manager.kept).isEmpty();
    }

    private static SpaceOptions lasting(String backend) {
        return new SpaceOptions("guest 1", backend, List.of("strict"), true);
    }

    private AddressSpace open() throws Exception {
        memory = host.memory(SIZE);
        AddressSpace space = core.spaces().open(lasting("iommufd"));
        space.commit(view(memory.at(0, 0, SIZE)));
        space.attach(EmulatedHost.edu(0));
        return space;
    }

    private static FlatView view(Section... sections) {
        return FlatView.of("view", List.of(sections));
    }

    private AddressSpace found() {
        return core.spaces().find("guest 1").orElseThrow();
    }

    private static Set<Long> starts(SpaceSnapshot snapshot) {
        return snapshot.table().stream()
                .map(mapping -> mapping.range().start())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void requireDma(AddressSpace space, long value) throws IommuException {
        AttachedDevice edu = space.device(EmulatedHost.edu(0)).orElseThrow();
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, value);
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    @Test
    void theNextProcessGoesOnWithTheSameTableAndNothingIsMappedAnew() throws Exception {
        start();
        SpaceSnapshot before = open().snapshot();
        for (int restart = 1; restart < 4; restart++) {
            start();
            AddressSpace found = found();
            await().until(() -> found.snapshot().backendAway().isEmpty());
            SpaceSnapshot after = found.snapshot();
            assertThat(after.state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
            assertThat(after.devices()).isEqualTo(before.devices());
            assertThat(after.table()).hasSize(1);
            assertThat(after.table().getFirst().range()).isEqualTo(before.table().getFirst().range());
            assertThat(after.ledger().mappedBytes()).isEqualTo(SIZE);
            assertThat(ledger.starts()).containsExactly(0L);
            requireDma(found, restart);
        }
        assertThat(ledger.faults()).isEmpty();
        AddressSpace found = found();
        assertThat(found.commit(view(found.snapshot().plan().view().sections().getFirst().slice(
                AddressRange.ofSize(0, SIZE / 2)))).keptBytes()).isEqualTo(SIZE / 2);
        found.close();
        assertThat(manager.kept).isEmpty();
    }

    @Test
    void memoryIsFoundAgainAndTheSameViewChangesNothing() throws Exception {
        start();
        open();
        memory.segment().set(ValueLayout.JAVA_LONG, 0x2000, 42);
        start();
        AddressSpace found = found();
        Backing shown = found.snapshot().plan().view().sections().getFirst().backing();
        HostMemory again = found.memory(shown).orElseThrow();
        assertThat(again.backing()).isEqualTo(shown);
        assertThat(again.segment().byteSize()).isEqualTo(SIZE);
        assertThat(again.segment().address()).isNotEqualTo(memory.segment().address());
        assertThat(again.segment().get(ValueLayout.JAVA_LONG, 0x2000)).isEqualTo(42);
        Section section = Section.ram(AddressRange.ofSize(0, SIZE), again.backing(), "ram");
        assertThat(found.commit(view(section)).keptBytes()).isEqualTo(SIZE);
        assertThat(found.memory(memory.backing().advance(PAGE))).isEqualTo(found.memory(shown));
        assertThat(found.memory(new Backing.UserMemory(PAGE))).isEmpty();
        found.close();
        assertThat(found.memory(shown)).isEmpty();
    }

    @Test
    void whereverACommitIsBrokenOffTheTableIsWhatTheKernelHolds() throws Exception {
        boolean brokenOff = true;
        for (int request = 1; brokenOff; request++) {
            start();
            AddressSpace space = open();
            FlatView other = view(memory.at(2 * PAGE, 4 * PAGE, PAGE), memory.at(8 * PAGE, 0, 2 * PAGE),
                    memory.at(2 * SIZE, 0, 4 * PAGE));
            brokenOff = killed.before(request, () -> space.commit(other));
            start();
            AddressSpace found = found();
            await().until(() -> found.snapshot().state() == SpaceSnapshot.State.ACTIVE);
            Set<Long> expected = brokenOff ? Set.of(0L) : Set.of(2 * PAGE, 8 * PAGE, 2 * SIZE);
            assertThat(starts(found.snapshot())).as("before request " + request).isEqualTo(expected);
            assertThat(ledger.starts()).as("before request " + request).isEqualTo(expected);
            found.commit(view());
            found.close();
            assertThat(ledger.starts()).isEmpty();
        }
    }

    @Test
    void aDeviceThatIsBeingDetachedIsKeptNoLonger() throws Exception {
        start();
        AddressSpace space = open();
        space.attach(EmulatedHost.edu(1));
        assertThat(manager.kept.keySet()).anyMatch(name -> name.contains("0000%3a00%3a05"));
        space.detach(EmulatedHost.edu(1));
        assertThat(manager.kept.keySet()).noneMatch(name -> name.contains("0000%3a00%3a05"));
        start();
        assertThat(found().snapshot().devices()).hasSize(1);
        found().attach(EmulatedHost.edu(1));
        found().detach(EmulatedHost.edu(0));
        start();
        assertThat(found().device(EmulatedHost.edu(1))).isPresent();
        assertThat(found().device(EmulatedHost.edu(0))).isEmpty();
    }

    @Test
    void aSpaceThatEndsWithTheProcessIsNotKept() throws Exception {
        start();
        core.spaces().open(new SpaceOptions("guest", "iommufd", List.of("strict")));
        assertThat(manager.kept).isEmpty();
    }

    @Test
    void memoryThatEndsWithTheProcessIsRefused() throws Exception {
        start();
        AddressSpace space = open();
        Section anonymous =
                Section.ram(AddressRange.ofSize(SIZE, PAGE), new Backing.UserMemory(memory.backing().address()), "heap");
        assertThat(catchThrowableOfType(IommuException.class, () -> space.commit(view(anonymous))))
                .hasMessageContaining("'heap' at 0x10000-0x10fff (ram) would be missing")
                .hasMessageContaining("the address space outlives the process, so that it takes memory files alone");
        assertThat(ledger.starts()).containsExactly(0L);
    }

    @Test
    void whoCannotBeKeptIsRefusedWithTheReason() throws Exception {
        startWithoutKeeper("vfio");
        core.begin();
        assertThat(refusal("vfio")).contains("a VFIO container belongs to the process that maps into it");
        startWithoutKeeper("iommufd");
        core.begin();
        assertThat(refusal("iommufd")).contains("there is no bundle org.pinion.keeper");
        manager.obstacle = "nobody keeps files here";
        core.bindKeeper(new Keeper(killed.kernel(), manager));
        assertThat(refusal("iommufd")).contains("nobody keeps files here");
        core.bindKeeper(new Keeper(killed.kernel(), null));
        assertThat(refusal("iommufd")).contains("the kernel is emulated, and ends with the process");
        assertThat(core.spaces().all()).isEmpty();
    }

    private String refusal(String backend) {
        return catchThrowableOfType(IommuException.class, () -> core.spaces().open(lasting(backend))).getMessage();
    }

    @Test
    void moreFilesThanAreKeptAreRefusedBeforeAnythingChanges() throws Exception {
        start();
        AddressSpace space = open();
        Section[] sections = new Section[6];
        for (int i = 0; i < sections.length; i++) {
            sections[i] = host.memory(SIZE).at(i * SIZE, 0, PAGE);
        }
        assertThat(catchThrowableOfType(IommuException.class, () -> space.commit(view(sections))))
                .hasMessageContaining("it takes 11 files, 11 with those of other address spaces, and the service manager keeps 8")
                .hasMessageContaining("FileDescriptorStoreMax=");
        assertThat(ledger.starts()).containsExactly(0L);
        requireDma(space, 7);
    }

    @Test
    void aRecordThatIsDamagedIsReportedAndItsFilesAreClosed() throws Exception {
        start();
        open();
        for (String name : List.of("pinion.guest%201.record.0", "pinion.guest%201.record.1")) {
            host.kernel.ftruncate(manager.kept.get(name), 40);
        }
        start();
        assertThat(core.spaces().find("guest 1")).isEmpty();
        assertThat(manager.kept).isEmpty();
        ledger.starts().clear();
    }
}
