package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SickPluginsIT {

    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    private BundleContext context;

    @Inject
    private DmaService dma;

    @Inject
    private DmaRuntime runtime;

    @Inject
    private HostMemoryAllocator memory;

    private HostMemory ram;
    private AddressSpace space;

    @Configuration
    public Option[] shipped() {
        return ShippedFramework.options();
    }

    @Before
    public void openASpace() throws IommuException {
        ram = memory.allocate("ram", MIB);
        space = dma.open(new SpaceOptions("guest", "iommufd", List.of("strict")));
        space.commit(view());
    }

    @After
    public void closeIt() throws IommuException {
        space.close();
        ram.close();
    }

    @Test
    public void aClassifierThatThrowsChangesNothing() throws Exception {
        changesNothing(SickClassifier.Throwing.class, "out of sorts");
    }

    @Test
    public void aClassifierThatDoesNotAnswerChangesNothing() throws Exception {
        changesNothing(SickClassifier.Blocking.class, "");
    }

    @Test
    public void aClassifierThatMissesAClassChangesNothing() throws Exception {
        changesNothing(SickClassifier.Incomplete.class, "SickClassifier$Missing");
    }

    @Test
    public void aComponentWhoseConstructorMissesAClassIsInQuarantine() throws Exception {
        Bundle plugin = start("partial", SickComponent.Partial.class);
        awaitPlugin("partial", PluginInfo.State.QUARANTINED, "its service could not be made: its bundle gave none");
        plugin.uninstall();
        assertThat(plugins("partial")).isEmpty();
    }

    @Test
    public void aComponentWhoseConstructorBlocksLetsItsBundleStart() throws Exception {
        Bundle plugin = start("unhurried", SickComponent.Unhurried.class);
        awaitPlugin("unhurried", PluginInfo.State.ACTIVE, "");
        plugin.uninstall();
        assertThat(plugins("unhurried")).isEmpty();
    }

    private Bundle start(String name, Class<? extends SickComponent> component) throws Exception {
        Bundle plugin = context.installBundle(
                "memory:" + name, SmallBundle.ofComponent(name, component, SickComponent.class));
        plugin.start();
        return plugin;
    }

    @Test
    public void aPolicyThatTakesLongToMakeIsInQuarantineUntilItComes() {
        CountDownLatch released = new CountDownLatch(1);
        ServiceRegistration<?> policy = register("slow", () -> awaitDeafly(released));
        awaitPlugin("slow", PluginInfo.State.QUARANTINED, "did not answer within 5000 ms");
        released.countDown();
        awaitPlugin("slow", PluginInfo.State.ACTIVE, "");
        policy.unregister();
        assertThat(plugins("slow")).isEmpty();
    }

    /** Registers a policy that is made when the core asks for it, as a component would be. */
    private ServiceRegistration<?> register(String name, Runnable constructor) {
        return context.registerService(
                MappingPolicy.class,
                new ServiceFactory<>() {
                    @Override
                    public MappingPolicy getService(Bundle user, ServiceRegistration<MappingPolicy> registration) {
                        constructor.run();
                        return _ -> Verdict.skip("nothing", "nothing is mapped");
                    }

                    @Override
                    public void ungetService(
                            Bundle user, ServiceRegistration<MappingPolicy> registration, MappingPolicy policy) {
                        // It holds nothing.
                    }
                },
                new Hashtable<>(Map.of("org.pinion.policy.name", name)));
    }

    private static void awaitDeafly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException deaf) {
                Thread.onSpinWait();
            }
        }
    }

    private void awaitPlugin(String name, PluginInfo.State state, String detail) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(plugins(name)).singleElement().satisfies(plugin -> {
            assertThat(plugin.state()).isEqualTo(state);
            assertThat(plugin.detail()).contains(detail);
        }));
    }

    private void changesNothing(Class<? extends SickClassifier> complaint, String symptom) throws Exception {
        SpaceSnapshot before = space.snapshot();
        String name = complaint.getSimpleName();
        Bundle plugin = context.installBundle(
                "memory:" + name, SmallBundle.of(name, complaint, SickClassifier.class));
        try {
            plugin.start();
            await().atMost(PATIENCE).untilAsserted(() -> {
                commitThough(name);
                assertThat(plugins(name)).singleElement().satisfies(sick -> {
                    assertThat(sick.state()).isEqualTo(PluginInfo.State.QUARANTINED);
                    assertThat(sick.detail()).contains(symptom).isNotEmpty();
                });
            });

            space.commit(view());
            assertThat(space.snapshot().plan()).isEqualTo(before.plan());
            assertThat(space.snapshot().table()).isEqualTo(before.table());
        } finally {
            plugin.uninstall();
        }
        await().untilAsserted(() -> assertThat(plugins(name)).isEmpty());
    }

    // Until the plugin is not asked any more a commit may fail because of it, and must say so.
    private void commitThough(String plugin) {
        List<Mapping> before = space.snapshot().table();
        try {
            space.commit(view());
        } catch (IommuException failure) {
            assertThat(failure).hasMessageContaining(plugin);
            assertThat(space.snapshot().table()).isEqualTo(before);
        }
    }

    private FlatView view() {
        return FlatView.of("guest", List.of(Section.ram(AddressRange.ofSize(0, MIB), ram.backing(), "ram")));
    }

    private List<PluginInfo> plugins(String name) {
        return runtime.plugins().stream().filter(plugin -> plugin.name().equals(name)).toList();
    }
}
