package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.OptionUtils.combine;
import static org.pinion.itests.Stage.soon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.inject.Inject;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.pinion.api.Access;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;
import org.pinion.spi.source.MemorySource;

/**
 * Everything that can happen to a bundle happens to a plugin of each kind and to the core, under a space whose device
 * does DMA: after it there are the same table, no component that waits for something, no old class loader, and no
 * thread or descriptor more than before.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SwapMatrixIT {

    private static final Path DROPPED = directory();
    private static final List<String> STRICT = List.of("strict");
    private static final String CORE = "org.pinion.core";
    private static final String BACKEND = "org.pinion.backend.type";
    private static final String CLASSIFIER = "org.pinion.classifier.name";
    private static final String POLICY = "org.pinion.policy.name";
    private static final String SOURCE = "org.pinion.source.type";

    /** The bundles of plugins, and the backend of the space that sees them go. */
    private static final Map<String, String> PLUGINS = Map.of(
            "org.pinion.backend.iommufd", "iommufd",
            "org.pinion.backend.vfio", "vfio",
            "org.pinion.memory.section", "iommufd",
            "org.pinion.policy.strict", "vfio",
            "org.pinion.source.qemu", "iommufd");

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private Stage stage;

    @org.ops4j.pax.exam.Configuration
    public Option[] shippedWithFiles() {
        return combine(
                ShippedFramework.options(),
                bundle(Shipped.jars("bundles/files").getFirst().toUri().toString()),
                frameworkProperty("felix.fileinstall.dir").value(DROPPED.toString()),
                frameworkProperty("felix.fileinstall.poll").value("100"),
                frameworkProperty("felix.fileinstall.noInitialDelay").value("true"),
                frameworkProperty("felix.fileinstall.log.level").value("1"),
                frameworkProperty("matrix.directory").value(DROPPED.toString()));
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("plugins");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Before
    public void warmUp() throws Exception {
        stage = new Stage(context);
        stage.play("iommufd", STRICT, () -> null);
        stage.play("vfio", STRICT, () -> null);
    }

    /** What happens to a bundle; answers the class loader that nothing may keep. */
    private interface Fate {
        WeakReference<ClassLoader> befall(Bundle bundle) throws Exception;
    }

    private void eachPlugin(Fate fate) throws Exception {
        for (Map.Entry<String, String> plugin : PLUGINS.entrySet()) {
            stage.play(plugin.getValue(), STRICT, () -> fate.befall(stage.bundle(plugin.getKey())));
        }
    }

    @Test
    public void stoppedAndStarted() throws Exception {
        eachPlugin(bundle -> {
            bundle.stop();
            bundle.start();
            return null;
        });
    }

    @Test
    public void updatedInPlace() throws Exception {
        eachPlugin(this::updated);
        stage.play("iommufd", STRICT, () -> updated(stage.bundle(CORE)));
        stage.play("vfio", STRICT, () -> updated(stage.bundle(CORE)));
    }

    private WeakReference<ClassLoader> updated(Bundle bundle) throws Exception {
        WeakReference<ClassLoader> old = Stage.loaderOf(bundle);
        bundle.update(Files.newInputStream(Shipped.jar(bundle.getSymbolicName())));
        stage.refresh(bundle);
        return old;
    }

    @Test
    public void movedAwayUpdatedAndMovedBack() throws Exception {
        movedAround("vfio", "iommufd");
        movedAround("iommufd", "vfio");
    }

    private void movedAround(String backend, String other) throws Exception {
        stage.play(backend, STRICT, () -> {
            String space = stage.space().options().name();
            stage.service(DmaService.class).move(space, other);
            WeakReference<ClassLoader> left = updated(stage.bundle("org.pinion.backend." + backend));
            stage.service(DmaService.class).move(space, backend);
            return left;
        });
    }

    @Test
    public void aNewVersionBesideTheOld() throws Exception {
        eachPlugin(bundle -> {
            WeakReference<ClassLoader> old = Stage.loaderOf(bundle);
            stage.install(bundle.getSymbolicName(), "9.9.9");
            bundle.uninstall();
            stage.refresh(bundle);
            return old;
        });
    }

    @Test
    public void uninstalledRefreshedAndInstalledAgain() throws Exception {
        eachPlugin(bundle -> {
            WeakReference<ClassLoader> old = Stage.loaderOf(bundle);
            bundle.uninstall();
            stage.refresh(bundle);
            stage.install(bundle.getSymbolicName(), "9.9.8");
            return old;
        });
    }

    @Test
    public void oneOfHigherRankingComesInTheMiddleOfACommit() throws Exception {
        Gate gate = new Gate();
        ServiceRegistration<?> policy = register(MappingPolicy.class, gate, POLICY, "gate", 0);
        stage.play("iommufd", List.of("strict", "gate"), () -> {
            gate.close();
            FlatView view = stage.space().snapshot().plan().view();
            var commit = CompletableFuture.supplyAsync(() -> succeeds(() -> stage.space().commit(view)));
            gate.awaitSomebody();
            List<ServiceRegistration<?>> higher = List.of(
                    outrank(MemoryClassifier.class, CLASSIFIER, "section"),
                    outrank(MappingPolicy.class, POLICY, "strict"),
                    outrank(IommuBackend.class, BACKEND, "iommufd"));
            gate.open();
            assertThat(commit.get(30, TimeUnit.SECONDS)).isTrue();
            higher.forEach(ServiceRegistration::unregister);
            return null;
        });
        policy.unregister();
    }

    private <T> ServiceRegistration<T> outrank(Class<T> type, String key, String name) throws Exception {
        return register(type, shipped(type, key, name), key, name, 9);
    }

    /** A policy that lets everything be mapped, and may take its time. */
    private static final class Gate implements MappingPolicy {

        private volatile CountDownLatch open = new CountDownLatch(0);
        private volatile CountDownLatch asked = new CountDownLatch(1);

        void close() {
            asked = new CountDownLatch(1);
            open = new CountDownLatch(1);
        }

        void awaitSomebody() throws InterruptedException {
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        }

        void open() {
            open.countDown();
        }

        @Override
        public Verdict decide(Candidate candidate) {
            asked.countDown();
            awaitDeafly(open);
            return Verdict.map(Access.READ_WRITE, Set.of(Route.values()), "open", "the gate is open");
        }
    }

    @Test
    public void configurationDeletedAndMadeAgain() throws Exception {
        Map<String, Map<String, Object>> byPid = Map.of(
                "org.pinion.backend.iommufd", Map.of("huge.pages", false),
                "org.pinion.policy.strict", Map.of("ram.conflict", "apart"),
                CORE, Map.of("writer.wait", 20_000L));
        for (Map.Entry<String, Map<String, Object>> each : byPid.entrySet()) {
            stage.play("iommufd", STRICT, () -> {
                for (int time = 0; time < 3; time++) {
                    Configuration made = configurations.getConfiguration(each.getKey(), "?");
                    made.update(new Hashtable<>(each.getValue()));
                    soon().until(() -> stage.isConfigured(each.getValue()));
                    made.delete();
                    soon().until(() -> !stage.isConfigured(each.getValue()));
                }
                return null;
            });
        }
    }

    @Test
    public void theConfigurationThatIsAPolicyDeletedAndMadeAgain() throws Exception {
        Configuration quick = replacedQuickly();
        Configuration[] house = {house()};
        stage.play("iommufd", List.of("house"), () -> {
            house[0].delete();
            soon().until(() -> stage.space().snapshot().pending().isPresent());
            assertThat(stage.space().snapshot().table()).hasSize(1);
            house[0] = house();
            return null;
        });
        house[0].delete();
        awaitPlugins("house", List::isEmpty);
        quick.delete();
    }

    /** Where something leaves that does not come back, plans wait for it no longer than this. */
    private Configuration replacedQuickly() throws IOException {
        Configuration quick = configurations.getConfiguration(CORE, "?");
        quick.update(new Hashtable<>(Map.of("replacement.wait", 500L)));
        soon().until(() -> stage.isConfigured(Map.of("replacement.wait", 500L)));
        return quick;
    }

    private Configuration house() throws IOException {
        Configuration house = configurations.getFactoryConfiguration("org.pinion.policy.rules", "house", "?");
        house.update(new Hashtable<>(Map.of(
                "org.pinion.policy.name", "house", "rules", "all", "all.when", "(kind=ram)", "all.verdict", "map",
                "all.because", "all memory is the house's")));
        awaitPlugins("house", found -> found.size() == 1);
        return house;
    }

    @Test
    public void aPluginThatBlocksInEachOfItsMethods() throws Exception {
        Configuration quick = configurations.getConfiguration(CORE, "?");
        quick.update(new Hashtable<>(Map.of("plugin.budget", 300L, "source.budget", 300L, "writer.wait", 300L)));
        DmaService dma = stage.service(DmaService.class);
        IommuBackend backend = shipped(IommuBackend.class, BACKEND, "iommufd");
        MappingPolicy policy = shipped(MappingPolicy.class, POLICY, "strict");
        stage.play("iommufd", STRICT, () -> {
            blocks(MemoryClassifier.class, _ -> List.of(), CLASSIFIER, "classify", () -> {});
            blocks(MappingPolicy.class, policy, POLICY, "decide", () -> {});
            blocks(MappingPolicy.class, policy, POLICY, "conflict", () -> {});
            blocks(MappingPolicy.class, policy, POLICY, "looksAtDevices", () -> {});
            blocks(MemorySource.class, _ -> FlatView.EMPTY, SOURCE, "read", () -> dma.read("sick", Map.of()));
            blocks(MemorySource.class, _ -> FlatView.EMPTY, SOURCE, "history", () -> dma.history("sick", Map.of()));
            blocks(IommuBackend.class, backend, BACKEND, "probe", () -> {});
            blocks(IommuBackend.class, backend, BACKEND, "devices", () -> dma.devices("sick"));
            blocks(IommuBackend.class, backend, BACKEND, "open", () ->
                    dma.open(new SpaceOptions("sick", "sick", STRICT)));
            for (String method : List.of("preflight", "attach", "map", "unmap", "detach", "close")) {
                blocksASession(backend, method);
            }
            return null;
        });
        for (String method : List.of("adopts", "adopt")) {
            stage.play("iommufd", STRICT, () -> blocksTheSuccession(backend, method));
        }
        quick.delete();
    }

    private <T> void blocks(Class<T> type, T healthy, String key, String method, Need need) {
        CountDownLatch released = new CountDownLatch(1);
        ServiceRegistration<T> sick = register(type, blocking(type, healthy, method, released), key, "sick", 0);
        for (int time = 0; time < 3; time++) {
            succeeds(need);
        }
        awaitPlugins("sick", found -> found.getFirst().state() == PluginInfo.State.QUARANTINED);
        sick.unregister();
        released.countDown();
    }

    /** A successor that blocks is there when the backend stops, and the backend comes back. */
    private WeakReference<ClassLoader> blocksTheSuccession(IommuBackend healthy, String method) throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        ServiceRegistration<IommuBackend> sick = register(
                IommuBackend.class, blocking(IommuBackend.class, healthy, method, released), BACKEND, "iommufd", 0);
        Bundle bundle = stage.bundle("org.pinion.backend.iommufd");
        bundle.stop();
        assertThat(stage.space().snapshot().backendAway()).contains("is gone");
        bundle.start();
        sick.unregister();
        released.countDown();
        return null;
    }

    /** Who is at a session that blocks waits for it; others are told, and all goes on when it answers. */
    private void blocksASession(IommuBackend healthy, String method) throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        IommuBackend backend = (IommuBackend) Proxy.newProxyInstance(
                SwapMatrixIT.class.getClassLoader(), new Class<?>[] {IommuBackend.class}, (_, asked, arguments) -> {
                    Object answer = asked.invoke(healthy, arguments);
                    return answer instanceof BackendSession session
                            ? blocking(BackendSession.class, session, method, released)
                            : answer;
                });
        ServiceRegistration<IommuBackend> sick = register(IommuBackend.class, backend, BACKEND, "sick", 0);
        try (HostMemory ram = stage.service(HostMemoryAllocator.class).allocate("sick", Stage.SIZE)) {
            AddressSpace space = stage.service(DmaService.class).open(new SpaceOptions("sick", "sick", STRICT));
            var life = CompletableFuture.supplyAsync(() -> succeeds(() -> live(space, ram)));
            awaitPlugins("sick", found -> found.getFirst().detail().startsWith("in '" + method));
            assertThatThrownBy(space::discardPending)
                    .hasMessageContaining("address space 'sick' is busy")
                    .hasMessageContaining("backend 'sick' of bundle")
                    .hasMessageContaining("has been in '" + method);
            FlatView view = stage.space().snapshot().plan().view();
            stage.space().commit(FlatView.EMPTY);
            assertThat(stage.space().commit(view).plan().mapped()).hasSize(1);
            released.countDown();
            assertThat(life.get(30, TimeUnit.SECONDS)).isTrue();
        }
        sick.unregister();
    }

    private static void live(AddressSpace space, HostMemory ram) throws IommuException {
        space.attach("0000:00:11.0");
        space.commit(Stage.view(ram, Stage.SIZE));
        space.commit(FlatView.EMPTY);
        space.detach("0000:00:11.0");
        space.close();
    }

    private static <T> T blocking(Class<T> type, T healthy, String blocked, CountDownLatch released) {
        return type.cast(Proxy.newProxyInstance(
                SwapMatrixIT.class.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (method.getName().equals(blocked)) {
                        awaitDeafly(released);
                    }
                    return method.invoke(healthy, arguments);
                }));
    }

    @Test
    public void droppedOverwrittenAndDeleted() throws Exception {
        Configuration quick = replacedQuickly();
        stage.play("iommufd", STRICT, () -> {
            drop("plugin.jar", SmallBundle.of("dropped", Healthy.Protecting.class));
            soon().until(() -> stage.space().snapshot().table().getFirst().range().size() == Stage.SIZE / 2);
            WeakReference<ClassLoader> first = Stage.loaderOf(stage.bundle("dropped"));
            drop("plugin.jar", SmallBundle.of("dropped", Healthy.Lenient.class));
            awaitPlugins("house", found -> found.size() == 1);
            Files.delete(dropped().resolve("plugin.jar"));
            awaitPlugins("house", List::isEmpty);
            return first;
        });
        stage.play("iommufd", STRICT, () -> {
            drop("plugin.jar", SmallBundle.of("dropped", Healthy.Lenient.class));
            awaitPlugins("house", found -> found.size() == 1);
            WeakReference<ClassLoader> policy = Stage.loaderOf(stage.bundle("dropped"));
            Files.delete(dropped().resolve("plugin.jar"));
            awaitPlugins("house", List::isEmpty);
            return policy;
        });
        for (String backend : List.of("iommufd", "vfio")) {
            stage.play(backend, STRICT, () -> droppedBackend("org.pinion.backend." + backend));
        }
        quick.delete();
    }

    /** What is dropped goes on with the space, is overwritten, and gives it back. */
    private WeakReference<ClassLoader> droppedBackend(String name) throws Exception {
        Bundle shipped = stage.bundle(name);
        drop(name + ".jar", Stage.versioned(name, "10.0.0"));
        soon().until(() -> isThere(name, "10.0.0"));
        WeakReference<ClassLoader> first = Stage.loaderOf(stage.bundle(name));
        shipped.stop();
        soon().until(() -> stage.space().snapshot().backendAway().isEmpty());
        drop(name + ".jar", Stage.versioned(name, "10.0.1"));
        soon().until(() -> isThere(name, "10.0.1"));
        soon().until(() -> stage.space().snapshot().backendAway().isEmpty());
        shipped.start();
        Files.delete(dropped().resolve(name + ".jar"));
        soon().until(() -> stage.bundle(name) == shipped);
        return first;
    }

    private boolean isThere(String name, String version) {
        Bundle found = stage.bundle(name);
        return found.getVersion().toString().equals(version) && found.getState() == Bundle.ACTIVE;
    }

    private Path dropped() {
        return Path.of(context.getProperty("matrix.directory"));
    }

    private void drop(String name, InputStream jar) throws IOException {
        Path unfinished = dropped().resolve(name + ".tmp");
        Files.copy(jar, unfinished);
        Files.move(unfinished, dropped().resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    public void theKernelServiceMustNotBeExchangedUnderASpace() throws Exception {
        try (HostMemory ram = stage.service(HostMemoryAllocator.class).allocate("ram", Stage.SIZE)) {
            AddressSpace space = stage.service(DmaService.class).open(new SpaceOptions("old", "vfio", STRICT));
            space.commit(Stage.view(ram, Stage.SIZE));
            Bundle emulator = stage.bundle("org.pinion.emulator");
            emulator.stop();
            assertThat(space.snapshot().backendAway())
                    .contains("is gone", "the emulated Kernel service of bundle org.pinion.emulator")
                    .contains("it must not be exchanged while address spaces are open");
            emulator.start();
            soon().until(() -> space.snapshot().backendAway().contains("belong to another Kernel service"));
            assertThat(succeeds(() -> space.commit(FlatView.EMPTY))).isFalse();
            space.close();
        }
        soon().until(() -> succeeds(() -> stage.service(DmaService.class).devices("vfio")));
        stage.play("vfio", STRICT, () -> null);
    }

    /** What somebody does who needs a plugin. */
    private interface Need {
        void run() throws IommuException;
    }

    private static boolean succeeds(Need need) {
        try {
            need.run();
            return true;
        } catch (IommuException told) {
            return false;
        }
    }

    private void awaitPlugins(String name, Predicate<List<PluginInfo>> as) {
        soon().until(() -> as.test(stage.service(DmaRuntime.class).plugins().stream()
                .filter(plugin -> plugin.name().equals(name))
                .toList()));
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, String key, String name, int ranking) {
        return context.registerService(
                type, service, new Hashtable<>(Map.of(key, name, Constants.SERVICE_RANKING, ranking)));
    }

    private <T> T shipped(Class<T> type, String key, String name) throws Exception {
        return context.getService(
                context.getServiceReferences(type, "(%s=%s)".formatted(key, name)).iterator().next());
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
}
