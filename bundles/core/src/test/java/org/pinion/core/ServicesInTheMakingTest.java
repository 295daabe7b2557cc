package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.pinion.api.DmaTopics;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.api.runtime.PluginInfo.State;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/** A framework makes services when they are asked for, which may fail or take its time as all that plugins do. */
@Timeout(60)
class ServicesInTheMakingTest {

    private static final String LATE = "failed its trial: its service could not be made: did not answer within 200 ms";

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger inUse = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Microkernel core = new Microkernel(own(), configuration());
    private final DmaRuntimeComponent runtime = new DmaRuntimeComponent(core);
    private final ServiceReference<MappingPolicy> house = Registered.updated(PolicyName.PROPERTY, "house", "6.6.6");
    private volatile Callable<Object> making;

    private static CoreConfiguration configuration() {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> method.getName().endsWith("budget") ? 200L : 500L);
    }

    /** The core's bundle, whose context counts what it has given out. */
    private Bundle own() {
        Object context = Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (_, method, _) ->
                        switch (method.getName()) {
                            case "getService" -> made();
                            case "ungetService" -> inUse.decrementAndGet() >= 0;
                            case "getBundle" -> active();
                            default -> null;
                        });
        return (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class}, (_, method, _) ->
                        switch (method.getName()) {
                            case "getBundleContext" -> context;
                            case "getState" -> Bundle.ACTIVE;
                            default -> null;
                        });
    }

    private static Object active() {
        return Proxy.newProxyInstance(
                Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class}, (_, _, _) -> Bundle.ACTIVE);
    }

    private Object made() throws Exception {
        Object service = making.call();
        if (service != null) {
            inUse.incrementAndGet();
        }
        return service;
    }

    private Object blocking() {
        Complaint.awaitDeafly(released);
        return new StrictPolicy();
    }

    @BeforeEach
    void listen() {
        core.bindEventAdmin((EventAdmin) Proxy.newProxyInstance(
                EventAdmin.class.getClassLoader(), new Class<?>[] {EventAdmin.class}, (_, _, arguments) -> {
                    events.add((Event) arguments[0]);
                    return null;
                }));
        core.bindEventHandler(Registered.updated(EventConstants.EVENT_TOPIC, DmaTopics.ALL, "1.0.0"));
    }

    @AfterEach
    void stop() {
        released.countDown();
        core.stop();
    }

    private void requireQuarantined(String kind, String detail) {
        await().untilAsserted(() -> assertThat(runtime.plugins()).singleElement().satisfies(plugin -> {
            assertThat(plugin.kind()).isEqualTo(kind);
            assertThat(plugin.bundle()).isEqualTo("org.plugin 6.6.6");
            assertThat(plugin.state()).isEqualTo(State.QUARANTINED);
            assertThat(plugin.detail()).isEqualTo(detail);
        }));
        await().untilAsserted(() -> assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.PLUGIN_FAILED))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getProperty(DmaTopics.BUNDLE)).isEqualTo("org.plugin 6.6.6");
                    assertThat("failed its trial: " + event.getProperty(DmaTopics.REASON)).isEqualTo(detail);
                }));
    }

    private void awaitActive() {
        await().untilAsserted(() ->
                assertThat(runtime.plugins()).singleElement().extracting(PluginInfo::state, PluginInfo::detail)
                        .containsExactly(State.ACTIVE, ""));
    }

    @Test
    void aServiceIsInUseFromItsArrivalToItsDeparture() {
        making = StrictPolicy::new;
        core.bindPolicy(house);
        awaitActive();
        core.updatedPolicy(house);
        awaitActive();
        assertThat(inUse).hasValue(1);
        core.unbindPolicy(house);
        assertThat(inUse).hasValue(0);
        assertThat(runtime.plugins()).isEmpty();
    }

    @Test
    void aConstructorThatThrowsIsSeenAndItsPluginGoesOnWhenItIsReleased() {
        making = () -> {
            throw new NoClassDefFoundError("org/missing/Type");
        };
        core.bindPolicy(house);
        requireQuarantined(
                "policy",
                "failed its trial: its service could not be made: threw java.lang.NoClassDefFoundError:"
                        + " org/missing/Type");
        making = StrictPolicy::new;
        assertThat(runtime.release("house")).isEqualTo(1);
        awaitActive();
        assertThat(inUse).hasValue(1);
    }

    @Test
    void aPluginOfEachKindThatItsBundleCannotMakeIsSeen() {
        making = () -> null;
        String detail = "failed its trial: its service could not be made: its bundle gave none, the log says why";
        ServiceReference<IommuBackend> backend = Registered.updated(BackendType.PROPERTY, "b", "6.6.6");
        core.bindBackend(backend);
        requireQuarantined("backend", detail);
        core.unbindBackend(backend);
        events.clear();
        ServiceReference<MemorySource> source = Registered.updated(SourceType.PROPERTY, "s", "6.6.6");
        core.bindSource(source);
        requireQuarantined("source", detail);
        core.unbindSource(source);
        events.clear();
        ServiceReference<MemoryClassifier> classifier = Registered.updated(ClassifierName.PROPERTY, "c", "6.6.6");
        core.bindClassifier(classifier);
        requireQuarantined("classifier", detail);
        core.unbindClassifier(classifier);
        assertThat(runtime.plugins()).isEmpty();
        assertThat(inUse).hasValue(0);
    }

    @Test
    void whatCouldNotBeMadeIsMadeAgainWhenItsConfigurationChanges() {
        making = () -> null;
        core.bindPolicy(house);
        making = StrictPolicy::new;
        core.updatedPolicy(house);
        awaitActive();
    }

    @Test
    void aConstructorThatBlocksHoldsNobodyUpAndItsPluginIsUsedWhenItComesAfterAll() {
        making = this::blocking;
        core.bindPolicy(house);
        requireQuarantined("policy", LATE);
        assertThat(runtime.release("house")).isEqualTo(1);
        core.updatedPolicy(house);
        requireQuarantined("policy", LATE);
        released.countDown();
        awaitActive();
        assertThat(inUse).hasValue(1);
        core.unbindPolicy(house);
        assertThat(inUse).hasValue(0);
    }

    @Test
    void aServiceThatLeavesWhileItIsMadeIsGivenBackWhenItComes() {
        making = this::blocking;
        core.bindPolicy(house);
        requireQuarantined("policy", LATE);
        core.unbindPolicy(house);
        assertThat(runtime.plugins()).isEmpty();
        making = StrictPolicy::new;
        ServiceReference<MappingPolicy> next = Registered.updated(PolicyName.PROPERTY, "house", "6.6.6");
        core.bindPolicy(next);
        awaitActive();
        released.countDown();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("pinion-make-house (given up)"));
        assertThat(inUse).hasValue(1);
        awaitActive();
    }

    @Test
    void aServiceThatIsMadeWhenTheCoreHasStoppedIsGivenBack() {
        making = this::blocking;
        core.bindPolicy(house);
        core.stop();
        core.unbindPolicy(house);
        released.countDown();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("pinion-make-house (given up)"));
        assertThat(inUse).hasValue(0);
    }
}
