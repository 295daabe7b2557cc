package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.Bundle;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plugin.PluginKind;
import org.pinion.keeper.Keeper;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/** The keeper's bundle, or the core's, or both are exchanged while a space is kept that is to outlive the process. */
class LastingExchangesTest {

    private static final long PAGE = EmulatedHost.PAGE;
    private static final long SIZE = 16 * PAGE;
    private static final String GUEST = "guest 1";
    private static final Bundle UPDATED = Registered.updated("key", "core", "1.0.0").getBundle();

    private final EmulatedHost host = new EmulatedHost(1);
    private final MappingLedger ledger = new MappingLedger(host.kernel);
    private final KilledKernel killed = new KilledKernel(ledger.kernel());
    private final ServiceManagerShelf manager = new ServiceManagerShelf(SIZE);
    private CoreUpdateTest.Shelf shelf;
    private EmulatedHost.Memory memory;
    private Keeper keeper;
    private Microkernel core;

    /** What is exchanged. */
    private enum Exchange { KEEPER, CORE, BOTH }

    private void startProcess() {
        manager.startProcess();
        shelf = new CoreUpdateTest.Shelf();
        keeper = new Keeper(killed.kernel(), manager);
        startCore();
    }

    private void startCore() {
        core = new Microkernel(UPDATED, BackendUpdateTest.configuration(300));
        core.bindHolder(shelf);
        core.bindKeeper(keeper);
        Registered.backend(
                core,
                EmulatedHost.backend("iommufd", killed.kernel()),
                Registered.updated(BackendType.PROPERTY, "iommufd", "1.0.0"));
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        core.begin();
    }

    private AddressSpace open() throws Exception {
        memory = host.memory(SIZE);
        AddressSpace space = core.spaces().open(new SpaceOptions(GUEST, "iommufd", List.of("strict"), true));
        space.commit(view(memory.at(0, 0, SIZE)));
        space.attach(EmulatedHost.edu(0));
        return space;
    }

    private static FlatView view(Section... sections) {
        return FlatView.of("view", List.of(sections));
    }

    private AddressSpace found() {
        AddressSpace found = core.spaces().find(GUEST).orElseThrow();
        await().until(() -> found.snapshot().backendAway().isEmpty());
        return found;
    }

    private void exchange(Exchange what) {
        switch (what) {
            case KEEPER -> {
                core.unbindKeeper(keeper);
                keeper = new Keeper(killed.kernel(), manager);
                core.bindKeeper(keeper);
            }
            case CORE -> {
                core.stop();
                startCore();
            }
            case BOTH -> {
                core.stop();
                keeper = new Keeper(killed.kernel(), manager);
                startCore();
            }
        }
    }

    private Set<Long> starts(AddressSpace space) {
        return space.snapshot().table().stream()
                .map(mapping -> mapping.range().start())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The kernel gives out the least descriptor that is free. */
    private int nextDescriptor() {
        int fd = host.kernel.eventfd(0, 0);
        host.kernel.close(fd);
        return fd;
    }

    @BeforeEach
    void start() {
        startProcess();
    }

    @AfterEach
    void stop() {
        core.spaces().closeAll();
        core.stop();
        assertThat(manager.kept).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Exchange.class)
    void aSpaceThatClosesAfterAnExchangeLeavesNothing(Exchange what) throws Exception {
        core.registry().inUse(PluginKind.BACKEND);
        int descriptors = nextDescriptor();
        open();
        Map<String, Integer> kept = Map.copyOf(manager.kept);
        int requests = manager.requests;
        for (int exchange = 0; exchange < 3; exchange++) {
            exchange(what);
            assertThat(manager.requests).isEqualTo(requests);
            assertThat(manager.kept).isEqualTo(kept);
        }
        found().close();
        assertThat(manager.kept).isEmpty();
        core.registry().inUse(PluginKind.BACKEND);
        host.kernel.close(memory.backing().fd());
        assertThat(nextDescriptor()).isEqualTo(descriptors);
        startProcess();
        assertThat(core.spaces().find(GUEST)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Exchange.class)
    void theFirstChangeAfterAnExchangeStoresOnlyWhatIsNew(Exchange what) throws Exception {
        open();
        int requests = manager.requests;
        exchange(what);
        found().commit(view(memory.at(2 * PAGE, 0, PAGE)));
        assertThat(manager.requests).isEqualTo(requests);
    }

    @ParameterizedTest
    @EnumSource(Exchange.class)
    void whereverTheFirstChangeAfterAnExchangeIsBrokenOffTheNextProcessHasTheSpace(Exchange what) throws Exception {
        manager.beforeRequests = killed::count;
        boolean brokenOff = true;
        int request = 1;
        for (; brokenOff; request++) {
            open();
            exchange(what);
            AddressSpace space = found();
            Section other = host.memory(SIZE).at(SIZE, 0, PAGE);
            FlatView changed = view(memory.at(0, 0, SIZE), other);
            brokenOff = killed.before(request, () -> space.commit(changed));
            startProcess();
            AddressSpace found = found();
            Set<Long> expected = brokenOff ? Set.of(0L) : Set.of(0L, SIZE);
            assertThat(starts(found)).as("before request " + request).isEqualTo(expected);
            assertThat(ledger.starts()).as("before request " + request).isEqualTo(expected);
            assertThat(found.device(EmulatedHost.edu(0))).isPresent();
            found.commit(view());
            found.close();
            startProcess();
        }
        assertThat(request).isGreaterThan(4);
    }

    @Test
    void aKeeperThatArrivesKnowsHowMuchIsKeptAlready() throws Exception {
        open();
        exchange(Exchange.KEEPER);
        SpaceOptions second = new SpaceOptions("guest 2", "iommufd", List.of("strict"), true);
        AddressSpace space = core.spaces().open(second);
        assertThat(catchThrowableOfType(IommuException.class, () -> space.commit(view(memory.at(0, 0, PAGE)))))
                .hasMessageContaining("9 with those of other address spaces, and the service manager keeps 8");
    }

    @Test
    void aSpaceIsKeptWhileNoKeeperIsThere() throws Exception {
        AddressSpace space = open();
        core.unbindKeeper(keeper);
        space.commit(view(memory.at(2 * PAGE, 0, PAGE)));
        startProcess();
        assertThat(starts(found())).containsExactly(2 * PAGE);
    }
}
