package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

/** The bundles of backends are updated, stopped and refreshed while a device does DMA. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BackendUpdateIT {

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
        void play(AddressSpace space, EduDma device) throws Exception;
    }

    private void on(String backend, Scene scene) throws Exception {
        try (HostMemory ram = memory.allocate("ram", SIZE);
                AddressSpace space = dma().open(new SpaceOptions(backend, backend, List.of("strict")))) {
            space.commit(FlatView.of(
                    "guest", List.of(Section.ram(AddressRange.ofSize(0, SIZE), ram.backing(), "ram"))));
            scene.play(space, new EduDma(space.attach(EduDma.EDU), ram.segment()));
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

    private SpaceSnapshot openLasting(String backend, HostMemory ram) throws IommuException {
        AddressSpace opened = dma().open(new SpaceOptions("lasting", backend, List.of("strict")));
        opened.commit(FlatView.of("guest", List.of(Section.ram(AddressRange.ofSize(0, SIZE), ram.backing(), "ram"))));
        opened.attach(EduDma.EDU);
        return opened.snapshot();
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
                    new EduDma(found.device(EduDma.EDU).orElseThrow(), ram.segment()).require(update);
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
