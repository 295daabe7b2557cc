package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.linux.Kernel;

/** A space with a device that does DMA, among bundles that come and go. */
final class Stage {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    static final long SIZE = 1 << 20;
    private static final String SPACE = "stage";

    private final BundleContext context;

    Stage(BundleContext context) {
        this.context = context;
    }

    /** What happens to bundles; answers the class loader that nothing may keep, or null if there is none. */
    interface Scene {
        WeakReference<ClassLoader> play() throws Exception;
    }

    /** Plays a scene: after it everything is as it was before. */
    void play(String backend, List<String> policies, Scene scene) throws Exception {
        Footprint before = Footprint.of(service(Kernel.class));
        try (HostMemory ram = service(HostMemoryAllocator.class).allocate("ram", SIZE)) {
            service(DmaService.class).open(new SpaceOptions(SPACE, backend, policies));
            try {
                WeakReference<ClassLoader> old = play(ram, scene);
                requireSatisfied();
                requireCollected(old);
            } finally {
                space().close();
            }
        }
        soon().untilAsserted(() ->
                assertThat(Footprint.of(service(Kernel.class)).beyond(before)).isEmpty());
    }

    private WeakReference<ClassLoader> play(HostMemory ram, Scene scene) throws Exception {
        space().commit(view(ram, SIZE));
        new EduDma(space().attach(EduDma.EDU), ram.segment()).require(1);
        SpaceSnapshot was = space().snapshot();
        WeakReference<ClassLoader> old = scene.play();
        requireSame(was, ram);
        return old;
    }

    private void requireSame(SpaceSnapshot was, HostMemory ram) throws IommuException {
        soon().untilAsserted(() -> {
            SpaceSnapshot now = space().snapshot();
            assertThat(now.backendAway()).isEmpty();
            assertThat(now.pending()).isEmpty();
            assertThat(now.table()).isEqualTo(was.table());
            assertThat(now.devices()).isEqualTo(was.devices());
        });
        new EduDma(space().device(EduDma.EDU).orElseThrow(), ram.segment()).require(2);
        assertThat(space().commit(view(ram, SIZE / 2)).plan().mapped()).hasSize(1);
        assertThat(space().commit(view(ram, SIZE)).plan().mapped()).hasSize(1);
        assertThat(space().snapshot().table()).isEqualTo(was.table());
    }

    void requireSatisfied() {
        soon().untilAsserted(() -> assertThat(unsatisfied()).isEmpty());
    }

    private List<String> unsatisfied() {
        return components()
                .filter(component -> component.state != ComponentConfigurationDTO.ACTIVE)
                .filter(component -> component.state != ComponentConfigurationDTO.SATISFIED)
                .map(component -> component.description.bundle.symbolicName + ": " + component.description.name)
                .toList();
    }

    /** Whether a component has been given what is configured. */
    boolean isConfigured(Map<String, Object> properties) {
        return components().anyMatch(component -> component.properties.entrySet().containsAll(properties.entrySet()));
    }

    private Stream<ComponentConfigurationDTO> components() {
        ServiceComponentRuntime runtime = service(ServiceComponentRuntime.class);
        return runtime.getComponentDescriptionDTOs().stream()
                .flatMap(component -> runtime.getComponentConfigurationDTOs(component).stream());
    }

    /** Most of what is waited for is there already. */
    static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).atMost(PATIENCE);
    }

    private static void requireCollected(WeakReference<ClassLoader> old) {
        soon().until(() -> {
            System.gc();
            return old == null || old.get() == null;
        });
    }

    static FlatView view(HostMemory ram, long bytes) {
        return FlatView.of("guest", List.of(Section.ram(AddressRange.ofSize(0, bytes), ram.backing(), "ram")));
    }

    /** The space, in the core that is there now. */
    AddressSpace space() {
        return service(DmaService.class).space(SPACE).orElseThrow();
    }

    <T> T service(Class<T> type) {
        return context.getService(context.getServiceReference(type));
    }

    /** The bundle of a name, of which the others have gone. */
    Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .max(Comparator.comparing(Bundle::getVersion))
                .orElseThrow();
    }

    /** Installs and starts another bundle with what is in the jar of a shipped one. */
    Bundle install(String name, String version) throws Exception {
        Bundle bundle = context.installBundle("stage:%s:%s".formatted(name, version), versioned(name, version));
        bundle.start();
        return bundle;
    }

    static WeakReference<ClassLoader> loaderOf(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    /** Has the framework let go of what a bundle was before it was updated or uninstalled. */
    void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), _ -> refreshed.countDown());
        assertThat(refreshed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** The jar of a shipped bundle, of another version. */
    static InputStream versioned(String name, String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarInputStream shipped = new JarInputStream(Files.newInputStream(Shipped.jar(name)))) {
            Manifest manifest = shipped.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
                for (JarEntry entry = shipped.getNextJarEntry(); entry != null; entry = shipped.getNextJarEntry()) {
                    jar.putNextEntry(new JarEntry(entry.getName()));
                    shipped.transferTo(jar);
                }
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
