package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DirtyLog;
import org.pinion.api.DmaTopics;
import org.pinion.api.FlatView;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.plugin.PluginKind;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.PolicyName;

/**
 * A backend blocks for ever in what it may be long at, since it waits for the kernel: whoever called it waits with it,
 * and nobody else does.
 */
@Timeout(60)
class StuckBackendsTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;

    private final EmulatedHost host = new EmulatedHost(2);
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Microkernel core = new Microkernel((Bundle) null, configuration());
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final DmaRuntimeComponent runtime = new DmaRuntimeComponent(core);
    private final Sick sick = new Sick();
    private String name = "iommufd";
    private ServiceReference<IommuBackend> backend;
    private EmulatedHost.Memory memory;

    static CoreConfiguration configuration() {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> method.getName().equals("writer_wait") ? 200L : 2000L);
    }

    @BeforeEach
    void bind() throws Exception {
        memory = host.memory(SIZE);
        core.bindEventAdmin((EventAdmin) Proxy.newProxyInstance(
                EventAdmin.class.getClassLoader(), new Class<?>[] {EventAdmin.class}, (_, _, arguments) -> {
                    events.add((Event) arguments[0]);
                    return null;
                }));
        core.bindEventHandler(Registered.updated(EventConstants.EVENT_TOPIC, DmaTopics.ALL, "1.0.0"));
        Registered.classifier(
                core,
                new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
    }

    /** Binds the backend that is to be stuck, and another one. */
    private void bindBackends(String method) {
        // Through iommufd the emulated host's devices tell no written pages.
        name = method.endsWith("Tracking") || method.equals("takeDirty") ? "vfio" : "iommufd";
        bindBackend();
        String other = other();
        Registered.backend(core, host.backend(other), Registered.updated(BackendType.PROPERTY, other, "1.0.0"));
    }

    private void bindBackend() {
        backend = Registered.updated(BackendType.PROPERTY, name, "6.6.6");
        Registered.backend(core, sick.of(IommuBackend.class, host.backend(name)), backend);
    }

    private String other() {
        return name.equals("vfio") ? "iommufd" : "vfio";
    }

    private String stuckIn(String method) {
        return "backend '%s' of bundle org.plugin 6.6.6 has been in '%s".formatted(name, method);
    }

    @AfterEach
    void stop() {
        sick.recover();
        core.stop();
    }

    private AddressSpace open(String name, String by) throws IommuException {
        return service.open(new SpaceOptions(name, by, List.of("strict")));
    }

    private FlatView view(long bytes) {
        return FlatView.of("view", List.of(memory.at(0, 0, bytes)));
    }

    /** What somebody does with a space and a device in it. */
    private interface Deed {
        void on(AddressSpace space, AttachedDevice edu) throws Exception;
    }

    /** By method of the session: what asks it, in the writer's turn. */
    private static Map<String, Deed> changes(StuckBackendsTest test) {
        String other = EmulatedHost.edu(1);
        Map<String, Deed> deeds = new TreeMap<>();
        for (String method : List.of("preflight", "attach", "usable", "pins")) {
            deeds.put(method, (space, _) -> space.attach(other));
        }
        deeds.put("release", (space, _) -> space.preview(FlatView.EMPTY, List.of(other)));
        deeds.put("detach", (space, edu) -> space.detach(edu.device().address()));
        for (String method : List.of("unmap", "ledger")) {
            deeds.put(method, (space, _) -> space.commit(FlatView.EMPTY));
        }
        for (String method : List.of("cut", "keepsThroughCut")) {
            deeds.put(method, (space, _) -> space.commit(test.view(SIZE / 2)));
        }
        for (String method : List.of("map", "keepsCutPages", "pinsForEachDevice", "decoding")) {
            deeds.put(method, (space, _) -> space.commit(FlatView.of(
                    "more", List.of(test.memory.at(0, 0, SIZE), test.memory.at(1 << 30, 0, SIZE)))));
        }
        for (String method : List.of("startDirtyTracking", "takeDirty", "stopDirtyTracking")) {
            deeds.put(method, (space, _) -> {
                try (DirtyLog log = space.logDirtyPages()) {
                    log.take(AddressRange.ofSize(0, SIZE), EmulatedHost.PAGE);
                }
            });
        }
        deeds.put("close", (space, _) -> space.close());
        return deeds;
    }

    static Stream<String> methodsOfChanges() {
        return changes(new StuckBackendsTest()).keySet().stream();
    }

    private CompletableFuture<Void> begin(String method, Deed deed, AddressSpace space, AttachedDevice edu) {
        sick.falls(method, Complaint.NEVER_ANSWERS);
        CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
            try {
                deed.on(space, edu);
            } catch (Exception told) {
                assertThat(told).isInstanceOf(IommuException.class);
            }
        }, task -> Thread.ofPlatform().daemon().start(task));
        await().untilAsserted(() -> assertThat(core.registry().plugins())
                .filteredOn(plugin -> plugin.name().equals(name))
                .singleElement()
                .satisfies(plugin -> {
                    assertThat(plugin.bundle()).isEqualTo("org.plugin 6.6.6");
                    assertThat(plugin.detail()).startsWith("in '" + method).contains("' of address space 'first' for");
                }));
        return asking;
    }

    private void requireOthersGoOn(AddressSpace space) throws Exception {
        assertThat(space.snapshot().options().name()).isEqualTo("first");
        assertThat(runtime.spaces()).isNotEmpty();
        AddressSpace another = open("another", other());
        assertThat(another.commit(view(SIZE)).plan().mapped()).hasSize(1);
        another.close();
    }

    private void requireTold(String method) {
        await().untilAsserted(() -> assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.PLUGIN_SLOW))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getProperty(DmaTopics.BUNDLE)).isEqualTo("org.plugin 6.6.6");
                    assertThat((String) event.getProperty(DmaTopics.REASON)).startsWith(stuckIn(method));
                }));
    }

    @ParameterizedTest
    @MethodSource("methodsOfChanges")
    void whoWaitsForTheWriterIsToldWhatItsBackendIsAtAndGoesOnAfterwards(String method) throws Exception {
        bindBackends(method);
        AddressSpace space = open("first", name);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        space.commit(view(SIZE));
        var stuck = begin(method, changes(this).get(method), space, edu);
        assertThatThrownBy(() -> space.commit(view(SIZE / 4)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("address space 'first' is busy: '")
                .hasMessageContaining(stuckIn(method));
        assertThatThrownBy(space::close).hasMessageContaining(stuckIn(method));
        requireOthersGoOn(space);
        requireTold(method);

        sick.recover();
        stuck.get(10, TimeUnit.SECONDS);
        if (!method.equals("close")) {
            space.commit(view(SIZE));
            assertThat(space.snapshot().table()).hasSize(1);
            space.close();
        }
        open("first", name).close();
    }

    @ParameterizedTest
    @MethodSource("methodsOfChanges")
    void neitherItsBundleNorTheCoreWaitsLongToStopAndTheSpaceEndsWhenItIsAnswered(String method) throws Exception {
        bindBackends(method);
        core.registry().inUse(PluginKind.BACKEND);
        int descriptors = nextDescriptor();
        AddressSpace space = open("first", name);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        space.commit(view(SIZE));
        var stuck = begin(method, changes(this).get(method), space, edu);
        long began = System.nanoTime();
        core.unbindBackend(backend);
        assertThat(space.snapshot().backendAway()).contains("is gone: ", stuckIn(method));
        core.stop();
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));

        sick.recover();
        stuck.get(10, TimeUnit.SECONDS);
        await().until(() -> space.snapshot().state() == SpaceSnapshot.State.CLOSED);
        if (!method.equals("close")) {
            // The stuck call itself never gets to the session.
            await().until(() -> nextDescriptor() == descriptors);
        }
    }

    /** The kernel gives out the least descriptor that is free. */
    private int nextDescriptor() {
        int fd = host.kernel.eventfd(0, 0);
        host.kernel.close(fd);
        return fd;
    }

    /** By method of the handle: what a driver does. */
    private static Map<String, Deed> accesses() {
        MemorySegment word = MemorySegment.ofArray(new byte[4]);
        return Map.of(
                "read", (_, edu) -> edu.read(0, 0, word),
                "write", (_, edu) -> edu.write(0, 4, word),
                "reset", (_, edu) -> edu.reset(),
                "dmaEngine", (_, edu) -> edu.dmaEngine(Duration.ofSeconds(1)),
                "region", (_, edu) -> edu.region(0),
                "map", (_, edu) -> edu.map(0, AddressRange.ofSize(0, EmulatedHost.PAGE)),
                "interrupts", (_, edu) -> edu.interrupts(InterruptKind.INTX),
                "allow", (_, edu) -> edu.allow(InterruptKind.INTX, 1));
    }

    static Stream<String> methodsOfAccesses() {
        return accesses().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("methodsOfAccesses")
    void aDriverThatIsStuckKeepsItsDeviceAndNothingElse(String method) throws Exception {
        bindBackends(method);
        AddressSpace space = open("first", name);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        space.commit(view(SIZE));
        var stuck = begin(method, accesses().get(method), space, edu);
        if (!method.equals("map")) {
            space.commit(view(SIZE / 2));
        }
        assertThatThrownBy(() -> space.detach(EmulatedHost.edu(0)))
                .hasMessageContaining("what a driver asks of it has not ended within 200 ms")
                .hasMessageContaining(stuckIn(method) + " of " + EmulatedHost.edu(0));
        requireOthersGoOn(space);
        requireTold(method);
        core.unbindBackend(backend);
        assertThat(space.snapshot().backendAway()).contains("is gone: ", stuckIn(method));
        bindBackend();

        sick.recover();
        stuck.get(10, TimeUnit.SECONDS);
        service.adopt("first");
        space.commit(view(SIZE));
        space.detach(EmulatedHost.edu(0));
        space.close();
    }

    @Test
    void aSpaceClosesWhileADriverIsStuckInIt() throws Exception {
        bindBackends("read");
        AddressSpace space = open("first", name);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        var stuck = begin("read", accesses().get("read"), space, edu);
        space.close();
        assertThatThrownBy(() -> edu.region(0)).hasMessageContaining("the device is not attached any more");
        sick.recover();
        stuck.get(10, TimeUnit.SECONDS);
    }
}
