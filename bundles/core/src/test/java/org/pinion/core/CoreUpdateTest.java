package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.SpaceHolder;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/** The core's own bundle is updated: spaces outlive it, and are found again by their names. */
class CoreUpdateTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;
    private static final Bundle UPDATED = Registered.updated("key", "core", "1.0.0").getBundle();
    private static final Bundle STOPPED = Registered.stopped("key", "core", "1.0.0").getBundle();

    private final EmulatedHost host = new EmulatedHost(2);
    private final MappingLedger ledger = new MappingLedger(host.kernel);
    private final Shelf shelf = new Shelf();
    private EmulatedHost.Memory memory;
    private ServiceReference<IommuBackend> backend;
    private Microkernel core;

    /** Holds spaces, as the holder's bundle does. */
    static final class Shelf implements SpaceHolder {
        final List<HeldSpace> held = new ArrayList<>();

        @Override
        public void hold(HeldSpace space) {
            held.add(space);
        }

        @Override
        public List<HeldSpace> take() {
            List<HeldSpace> taken = List.copyOf(held);
            held.clear();
            return taken;
        }
    }

    private void start(String name) {
        start(name, UPDATED);
    }

    /** As Declarative Services does it: everything that is there is bound before the component is activated. */
    private void start(String name, Bundle bundle) {
        core = new Microkernel(bundle, BackendUpdateTest.configuration(300));
        core.bindHolder(shelf);
        bindBackend(name);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        core.begin();
    }

    private void bindBackend(String name) {
        backend = Registered.updated(BackendType.PROPERTY, name, "1.0.0");
        Registered.backend(core, EmulatedHost.backend(name, ledger.kernel()), backend);
    }

    @AfterEach
    void stop() {
        core.spaces().closeAll();
        core.stop();
        assertThat(shelf.held).isEmpty();
    }

    private AddressSpace open(String name) throws Exception {
        memory = host.memory(SIZE);
        AddressSpace space = core.spaces().open(new SpaceOptions("guest", name, List.of("strict")));
        space.commit(FlatView.of("view", List.of(memory.at(0, 0, SIZE))));
        space.attach(EmulatedHost.edu(0));
        return space;
    }

    private void requireDma(AttachedDevice edu, long value) throws IommuException {
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, value);
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aSpaceGoesOnWithTheSameTableAndNothingIsUnmapped(String name) throws Exception {
        start(name);
        AddressSpace space = open(name);
        SpaceSnapshot before = space.snapshot();
        Set<Long> mapped = Set.copyOf(ledger.starts());
        for (int update = 0; update < 3; update++) {
            core.stop();
            assertThat(shelf.held).hasSize(1);
            start(name);
            AddressSpace found = core.spaces().find("guest").orElseThrow();
            assertThat(found.snapshot().backendAway()).isEmpty();
            assertThat(found.snapshot()).usingRecursiveComparison().ignoringFields("plan", "table").isEqualTo(before);
            assertThat(found.snapshot().plan()).isEqualTo(before.plan());
            assertThat(found.snapshot().table()).isEqualTo(before.table());
            requireDma(found.device(EmulatedHost.edu(0)).orElseThrow(), update);
        }
        assertThat(ledger.faults()).isEmpty();
        assertThat(ledger.starts()).isEqualTo(mapped);
        AddressSpace found = core.spaces().find("guest").orElseThrow();
        assertThat(found.commit(FlatView.of("view", List.of(memory.at(0, 0, SIZE / 2)))).unmapped()).isNotEmpty();
        found.detach(EmulatedHost.edu(0));
        assertThat(found.device(EmulatedHost.edu(0))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void whoeverKeptTheOldSpaceIsToldWhereItIs(String name) throws Exception {
        start(name);
        AddressSpace old = open(name);
        AttachedDevice device = old.device(EmulatedHost.edu(0)).orElseThrow();
        core.stop();
        start(name);
        String told = "address space 'guest' has passed to another core: find it again by its name";
        assertThat(catchThrowableOfType(IommuException.class, () -> old.commit(FlatView.EMPTY)))
                .hasMessageContaining(told);
        assertThat(catchThrowableOfType(IommuException.class, old::close)).hasMessageContaining(told);
        assertThat(catchThrowableOfType(IommuException.class, () -> requireDma(device, 1)))
                .hasMessageContaining(told);
        requireDma(core.spaces().find("guest").orElseThrow().device(EmulatedHost.edu(0)).orElseThrow(), 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aBackendThatComesAfterTheCoreGoesOnToo(String name) throws Exception {
        start(name);
        open(name);
        core.unbindBackend(backend);
        core.stop();
        core = new Microkernel(UPDATED, BackendUpdateTest.configuration(300));
        core.bindHolder(shelf);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        core.begin();
        AddressSpace found = core.spaces().find("guest").orElseThrow();
        assertThat(found.snapshot().backendAway()).contains("the core was replaced");
        bindBackend(name);
        await().until(() -> found.snapshot().backendAway().isEmpty());
        requireDma(found.device(EmulatedHost.edu(0)).orElseThrow(), 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aCoreThatIsStoppedOnPurposeClosesItsSpaces(String name) throws Exception {
        start(name, STOPPED);
        AddressSpace space = open(name);
        core.stop();
        assertThat(shelf.held).isEmpty();
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.CLOSED);
    }
}
