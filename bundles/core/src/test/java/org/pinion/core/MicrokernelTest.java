package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Backing;
import org.pinion.api.DmaTopics;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.api.Trait;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.core.space.FakeBackend;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/** The core as its services show it, with plugins bound as Declarative Services binds them. */
class MicrokernelTest {

    private static final SpaceOptions GUEST = new SpaceOptions("guest", "fake", List.of("strict"));
    private static final FlatView VIEW = FlatView.of(
            "view", List.of(Section.ram(AddressRange.ofSize(0, 0x4000), new Backing.MemoryFile(3, 0, 0), "ram")));
    private static final MappingPolicy MAP_UNLESS_ODD = part -> part.is("odd")
            ? Verdict.skip("odd", "odd memory is left out")
            : Verdict.map(Access.READ_WRITE, Set.of(Route.FILE), "all", "all is mapped");

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Microkernel core = new Microkernel((Bundle) null, configuration(5_000, 30_000));
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final DmaRuntimeComponent runtime = new DmaRuntimeComponent(core);
    private final FakeBackend backend = new FakeBackend();

    private static CoreConfiguration configuration(long budget, long wait) {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> method.getName().equals("plugin_budget") ? budget : wait);
    }

    private static <T> ServiceReference<T> reference(long id, String nameKey, String name) {
        Bundle bundle = (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (_, method, _) -> switch (method.getName()) {
                    case "getSymbolicName" -> "org.plugin";
                    case "getState" -> Bundle.STOPPING;
                    case "adapt", "getBundleContext" -> null;
                    default -> new Version(1, 2, 3);
                });
        Map<String, Object> properties = Map.of("service.id", id, nameKey, name);
        @SuppressWarnings("unchecked")
        ServiceReference<T> reference = (ServiceReference<T>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (_, method, arguments) ->
                        method.getName().equals("getBundle") ? bundle : properties.get((String) arguments[0]));
        return reference;
    }

    private static final ServiceReference<IommuBackend> FAKE = reference(1, BackendType.PROPERTY, "fake");
    private static final ServiceReference<MappingPolicy> STRICT = reference(2, PolicyName.PROPERTY, "strict");
    private static final ServiceReference<MemoryClassifier> EYE = reference(3, ClassifierName.PROPERTY, "eye");
    private static final ServiceReference<EventHandler> LISTENER =
            reference(4, EventConstants.EVENT_TOPIC, DmaTopics.ALL);

    @BeforeEach
    void bind() {
        core.bindEventAdmin(new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                events.add(event);
            }

            @Override
            public void sendEvent(Event event) {
                throw new IllegalStateException("the core never waits for listeners");
            }
        });
        core.bindEventHandler(LISTENER);
        Registered.backend(core, backend, FAKE);
        Registered.policy(core, MAP_UNLESS_ODD, STRICT);
    }

    @AfterEach
    void stop() {
        core.stop();
    }

    private IommuException openFailure(String name, String type, String policy) {
        return catchThrowableOfType(
                IommuException.class, () -> service.open(new SpaceOptions(name, type, List.of(policy))));
    }

    private static List<Trait> odd(List<Section> sections) {
        return sections.stream()
                .map(section -> Trait.of(section.range(), "odd", "by looking"))
                .toList();
    }

    @Test
    void opensSpacesThatAreFoundByName() throws IommuException {
        AddressSpace space = service.open(GUEST);

        assertThat(service.space("guest")).containsSame(space);
        assertThat(service.spaces()).containsExactly(space);
        assertThat(runtime.spaces()).containsExactly(space.snapshot());

        space.close();
        assertThat(service.spaces()).isEmpty();
        assertThat(service.open(GUEST)).isNotSameAs(space);
    }

    @Test
    void saysWhatIsWrongWithAnOpenThatCannotBe() throws IommuException {
        service.open(GUEST);

        assertThat(openFailure("guest", "fake", "strict")).hasMessageContaining("the name is taken");
        assertThat(openFailure("g2", "vfio", "strict"))
                .hasMessageContaining("backend 'vfio' is not there; there are: fake");
        assertThat(openFailure("g3", "fake", "lax")).hasMessageContaining("policy 'lax' is not there; there are: strict");
        backend.available(false);
        assertThat(openFailure("g4", "fake", "strict")).hasMessageContaining("cannot work here: told so");
        assertThat(service.spaces()).hasSize(1);
    }

    @Test
    void aClassifierThatArrivesAndLeavesReplansEverySpace() throws IommuException {
        AddressSpace space = service.open(GUEST);
        space.commit(VIEW);
        assertThat(space.snapshot().table()).hasSize(1);

        Registered.classifier(core, MicrokernelTest::odd, EYE);
        await().until(() -> space.snapshot().table().isEmpty());

        core.unbindClassifier(EYE);
        await().until(() -> space.snapshot().table().size() == 1);
        assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.SPACE_CHANGED))
                .extracting(event -> event.getProperty(DmaTopics.CAUSE))
                .containsExactly(
                        "commit of 'view'",
                        "classifier 'eye' of bundle org.plugin 1.2.3 arrived",
                        "classifier 'eye' of bundle org.plugin 1.2.3 left");
    }

    @Test
    void postsNoEventThatNobodyListensTo() throws IommuException {
        AddressSpace space = service.open(GUEST);
        core.unbindEventHandler(LISTENER);
        space.commit(VIEW);
        core.bindEventHandler(LISTENER);
        space.commit(FlatView.EMPTY);

        assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.SPACE_CHANGED))
                .extracting(event -> event.getProperty(DmaTopics.VERSION))
                .containsExactly(2L);
    }

    @Test
    void aSpaceWhosePolicyIsGoneKeepsWhatItHas() throws IommuException {
        AddressSpace space = service.open(GUEST);
        space.commit(VIEW);

        core.unbindPolicy(STRICT);
        await().until(() -> events.stream().anyMatch(event -> event.getTopic().equals(DmaTopics.SPACE_REFUSED)));

        assertThat(space.snapshot().table()).hasSize(1);
        assertThat(catchThrowableOfType(IommuException.class, () -> space.commit(VIEW)))
                .hasMessageContaining("policy 'strict' is not there");
        Registered.policy(core, MAP_UNLESS_ODD, STRICT);
        space.commit(VIEW);
    }

    @Test
    void aBackendThatLeavesIsNamedByItsSpaces() throws IommuException {
        AddressSpace space = service.open(GUEST);
        space.commit(VIEW);

        core.unbindBackend(FAKE);

        assertThat(catchThrowableOfType(IommuException.class, () -> space.commit(VIEW)))
                .hasMessageContaining("backend 'fake' of bundle org.plugin 1.2.3 left");
        assertThat(space.snapshot().table()).hasSize(1);
        space.close();
        assertThat(backend.sessionsOpen()).isZero();
    }

    @Test
    void stoppingTheCoreClosesEverySpace() throws IommuException {
        AddressSpace space = service.open(GUEST);

        core.stop();
        core.unbindPolicy(STRICT);

        assertThat(space.snapshot().state()).isEqualTo(State.CLOSED);
        assertThat(backend.sessionsOpen()).isZero();
    }

    @Test
    void listsDevicesByAddress() throws IommuException {
        assertThat(service.devices("fake")).extracting(HostDevice::address).containsExactly("d0", "d1");
    }

    @Test
    void readsFromASourceAndNamesOneThatBreaks() throws IommuException {
        Registered.source(
                core, settings -> settings.isEmpty() ? VIEW : null, reference(7, SourceType.PROPERTY, "qemu"));

        assertThat(service.read("qemu", Map.of())).isSameAs(VIEW);
        assertThat(catchThrowableOfType(IommuException.class, () -> service.read("qemu", Map.of("a", "b"))))
                .hasMessageContaining("source 'qemu' of bundle org.plugin 1.2.3 answered null");
    }

    @Test
    void listsPluginsAndTellsTheKernel() {
        Registered.source(core, (MemorySource) _ -> VIEW, reference(7, SourceType.PROPERTY, "qemu"));
        Registered.source(core, (MemorySource) _ -> VIEW, reference(8, "other.key", "nameless"));

        await().untilAsserted(() -> assertThat(runtime.plugins())
                .extracting(PluginInfo::kind, PluginInfo::name, PluginInfo::detail)
                .containsExactly(
                        tuple("backend", "fake", "told so"),
                        tuple("policy", "strict", ""),
                        tuple("source", "qemu", "")));
        assertThat(runtime.kernel()).isEqualTo("emulated");
    }

    @Test
    void aConfiguredTimeThatIsNotPositiveIsReplacedByItsDefault() {
        Settings settings = new Settings();
        settings.set(-1, 5, 10, 20);

        assertThat(settings.pluginBudget()).hasMillis(Settings.PLUGIN_BUDGET);
        assertThat(settings.sourceBudget()).hasMillis(5);
        assertThat(settings.writerWait()).hasMillis(10);
        assertThat(settings.replacementWait()).hasMillis(20);
    }
}
