package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;

/** The bundles of backends are updated, stopped and refreshed while a device does DMA. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BackendUpdateIT {

    private static final String EDU = "0000:00:10.0";
    private static final long SIZE = 1 << 20;
    private static final int UPDATES = 20;

    @Inject
    private BundleContext context;

    @Inject
    private HostMemoryAllocator memory;

    @Configuration
    public Option[] shipped() {
        return ShippedFramework.options();
    }

    /** What a test does with a space that has a device. */
    private interface Scene {
        void play(AddressSpace space, Dma device) throws Exception;
    }

    /** A device that copies eight bytes, and the memory that it copies them in. */
    private record Dma(AttachedDevice edu, MemorySegment memory) {

        void require(long value) throws IommuException {
            memory.set(ValueLayout.JAVA_LONG, 0x1000, value);
            put(7, 4, 6, Short.BYTES);
            transfer(0x1000, 0x40000, 1);
            transfer(0x40000, 0x3000, 3);
            assertThat(memory.get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
        }

        private void transfer(long from, long to, long command) throws IommuException {
            put(0, 0x80, from, Long.BYTES);
            put(0, 0x88, to, Long.BYTES);
            put(0, 0x90, Long.BYTES, Long.BYTES);
            put(0, 0x98, command, Integer.BYTES);
        }

        private void put(int region, long offset, long value, int bytes) throws IommuException {
            try (Arena arena = Arena.ofConfined()) {
                edu.write(region, offset, arena.allocateFrom(ValueLayout.JAVA_LONG, value).asSlice(0, bytes));
            }
        }
    }

    private void on(String backend, Scene scene) throws Exception {
        try (HostMemory ram = memory.allocate("ram", SIZE);
                AddressSpace space = dma().open(new SpaceOptions(backend, backend, List.of("strict")))) {
            space.commit(FlatView.of(
                    "guest", List.of(Section.ram(AddressRange.ofSize(0, SIZE), ram.backing(), "ram"))));
            scene.play(space, new Dma(space.attach(EDU), ram.segment()));
        }
    }

    @Test
    public void aDeviceGoesOnThroughUpdatesOfIommufd() throws Exception {
        updates("iommufd");
    }

    @Test
    public void aDeviceGoesOnThroughUpdatesOfVfio() throws Exception {
        updates("vfio");
    }

    private void updates(String backend) throws Exception {
        Bundle bundle = bundle("org.pinion.backend." + backend);
        on(backend, (space, device) -> {
            SpaceSnapshot before = space.snapshot();
            long[] nanos = new long[UPDATES];
            for (int update = 0; update < UPDATES; update++) {
                device.require(update);
                long began = System.nanoTime();
                bundle.update(Files.newInputStream(jarOf(bundle)));
                while (!space.snapshot().backendAway().isEmpty()) {
                    Thread.onSpinWait();
                }
                nanos[update] = System.nanoTime() - began;
                device.require(~update);
            }
            Arrays.sort(nanos);
            System.out.printf("%s: from update to writable again: %.1f ms (median), %.1f ms (worst)%n",
                    backend, nanos[UPDATES / 2] / 1e6, nanos[UPDATES - 1] / 1e6);
            assertThat(space.snapshot().table()).isEqualTo(before.table());
            assertThat(space.snapshot().version()).isEqualTo(before.version());
        });
    }

    @Test
    public void theOldClassLoaderOfIommufdIsGarbage() throws Exception {
        oldLoaderIsCollected("iommufd");
    }

    @Test
    public void theOldClassLoaderOfVfioIsGarbage() throws Exception {
        oldLoaderIsCollected("vfio");
    }

    private void oldLoaderIsCollected(String backend) throws Exception {
        Bundle bundle = bundle("org.pinion.backend." + backend);
        on(backend, (space, device) -> {
            device.require(1);
            WeakReference<ClassLoader> old = updated(bundle);
            device.require(2);
            requireCollected(old);
            assertThat(space.snapshot().backendAway()).isEmpty();
        });
    }

    @Test
    public void theOldClassLoaderOfAClassifierIsGarbage() throws Exception {
        on("iommufd", (space, device) -> {
            List<Mapping> before = space.snapshot().table();
            requireCollected(updated(bundle("org.pinion.memory.section")));
            device.require(3);
            assertThat(space.snapshot().table()).isEqualTo(before);
        });
    }

    @Test
    public void aSpaceThatMovedKeepsNothingOfTheBackendThatItLeft() throws Exception {
        on("vfio", (space, device) -> {
            SpaceSnapshot before = space.snapshot();
            dma().move("vfio", "iommufd");
            device.require(4);
            requireCollected(updated(bundle("org.pinion.backend.vfio")));
            device.require(5);
            dma().move("vfio", "vfio");
            requireCollected(updated(bundle("org.pinion.backend.iommufd")));
            device.require(6);
            assertThat(space.snapshot().table()).isEqualTo(before.table());
            assertThat(space.snapshot().options()).isEqualTo(before.options());
        });
    }

    private SpaceSnapshot openLasting(String backend, HostMemory ram) throws IommuException {
        AddressSpace opened = dma().open(new SpaceOptions("lasting", backend, List.of("strict")));
        opened.commit(FlatView.of("guest", List.of(Section.ram(AddressRange.ofSize(0, SIZE), ram.backing(), "ram"))));
        opened.attach(EDU);
        return opened.snapshot();
    }

    private WeakReference<ClassLoader> updated(Bundle bundle) throws Exception {
        WeakReference<ClassLoader> old = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        bundle.update(Files.newInputStream(jarOf(bundle)));
        refresh();
        return old;
    }

    private static void requireCollected(WeakReference<ClassLoader> old) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return old.get() == null;
        });
    }

    @Test
    public void aBackendThatIsStoppedLeavesTheSpaceReadableAndStartedAgainGoesOn() throws Exception {
        Bundle bundle = bundle("org.pinion.backend.iommufd");
        on("iommufd", (space, device) -> {
            bundle.stop();
            assertThat(space.snapshot().table()).hasSize(1);
            assertThatThrownBy(() -> space.commit(FlatView.EMPTY))
                    .isInstanceOf(IommuException.class)
                    .hasMessageContaining("the backend of address space 'iommufd' is gone")
                    .hasMessageContaining("org.pinion.backend.iommufd");
            bundle.start();
            device.require(3);
            space.commit(FlatView.EMPTY);
        });
    }

    @Test
    public void aSpaceWhoseBackendIsGoneGivesEverythingBack() throws Exception {
        Bundle bundle = bundle("org.pinion.backend.vfio");
        on("vfio", (space, device) -> {
            device.require(4);
            bundle.stop();
            space.close();
        });
        bundle.start();
        on("vfio", (space, device) -> device.require(5));
    }

    @Test
    public void aDeviceGoesOnThroughUpdatesOfTheCore() throws Exception {
        Bundle core = bundle("org.pinion.core");
        for (String backend : List.of("iommufd", "vfio")) {
            try (HostMemory ram = memory.allocate("ram", SIZE)) {
                SpaceSnapshot before = openLasting(backend, ram);
                for (int update = 0; update < 10; update++) {
                    core.update(Files.newInputStream(jarOf(core)));
                    AddressSpace found = dma().space("lasting").orElseThrow();
                    new Dma(found.device(EDU).orElseThrow(), ram.segment()).require(update);
                    assertThat(found.snapshot().table()).isEqualTo(before.table());
                    assertThat(found.snapshot().version()).isEqualTo(before.version());
                    assertThat(found.snapshot().ledger().newlyPinnedBytes())
                            .isEqualTo(before.ledger().newlyPinnedBytes());
                }
                dma().space("lasting").orElseThrow().close();
            }
        }
    }

    /** The service of the core that is there now. */
    private DmaService dma() {
        return context.getService(context.getServiceReference(DmaService.class));
    }

    /** Refreshing what everybody is wired to stops and starts all that is wired to it. */
    private void refresh() throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(null, _ -> refreshed.countDown());
        assertThat(refreshed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static Path jarOf(Bundle bundle) {
        return Shipped.jars("bundles/pinion").stream()
                .filter(jar -> jar.getFileName().toString().startsWith(bundle.getSymbolicName() + "-"))
                .findFirst()
                .orElseThrow();
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }
}
