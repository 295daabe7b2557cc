package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.Plan;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.holder.KeptSpace;
import org.pinion.spi.holder.SpaceHolder;
import org.pinion.spi.holder.SpaceKeeper;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.source.MemorySource;

/** Plugins that were compiled against the spi as it is, in a runtime whose spi has grown a default method everywhere. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class GrownSpiIT {

    private static final List<Class<?>> PLUGINS =
            List.of(
                    IommuBackend.class,
                    MemoryClassifier.class,
                    MappingPolicy.class,
                    MemorySource.class,
                    SpaceHolder.class,
                    SpaceKeeper.class);

    private static final long SIZE = 1 << 20;
    private static final Path CAPTURE = Path.of(System.getProperty("pinion.captures"), "q35-base.mtree");
    private static final Path POLICY = Path.of(
            System.getProperty("pinion.samples"), "low-memory-policy/target/com.example.lowmemory-1.0.0.jar");

    @Inject
    private BundleContext context;

    @Inject
    private DmaService dma;

    @Inject
    private HostMemoryAllocator memory;

    @Configuration
    public Option[] shippedButForTheSpi() throws IOException {
        Path grown = Files.createDirectories(Path.of("target")).resolve("grown-spi.jar").toAbsolutePath();
        GrownSpi.write(Shipped.jar("org.pinion.spi"), grown);
        return options(composite(ShippedFramework.options("org.pinion.spi", grown)), bundle(POLICY.toUri().toString()));
    }

    @Test
    public void everyInterfaceHasTheMethodThatNoPluginKnows() throws Exception {
        for (Class<?> kind : PLUGINS) {
            ServiceReference<?>[] services = context.getServiceReferences(kind.getName(), null);
            assertThat(services).as(kind.getName()).isNotEmpty();
            for (ServiceReference<?> service : services) {
                requireIt(kind, context.getService(service));
            }
        }
        assertThat(KeptSpace.class.getMethod(GrownSpi.METHOD).isDefault()).as("nobody keeps on this kernel").isTrue();
    }

    private static void requireIt(Class<?> kind, Object plugin) throws ReflectiveOperationException {
        assertThat(kind.getMethod(GrownSpi.METHOD).invoke(plugin)).as(plugin.toString()).isEqualTo(GrownSpi.ANSWER);
    }

    @Test
    public void sessionsAndHandlesHaveItToo() throws Exception {
        for (ServiceReference<IommuBackend> service : context.getServiceReferences(IommuBackend.class, null)) {
            try (BackendSession session = context.getService(service).open("grown")) {
                requireIt(BackendSession.class, session);
                session.preflight(EduDma.EDU);
                requireIt(DeviceHandle.class, session.attach(EduDma.EDU));
                session.detach(EduDma.EDU);
            }
        }
    }

    @Test
    public void theyStillMoveBytes() throws Exception {
        for (String backend : List.of("iommufd", "vfio")) {
            try (HostMemory ram = memory.allocate("ram", SIZE);
                    AddressSpace space = dma.open(new SpaceOptions("guest", backend, List.of("strict", "qemu")))) {
                Section section = Section.ram(AddressRange.ofSize(0, SIZE), ram.backing(), "ram");
                space.commit(FlatView.of("guest", List.of(section)));
                new EduDma(space.attach(EduDma.EDU), ram.segment()).require(0x1122_3344_5566_7788L);
                space.detach(EduDma.EDU);

                assertThat(space.snapshot().table()).singleElement().satisfies(mapping ->
                        assertThat(mapping.range()).isEqualTo(section.range()));
                assertThat(space.snapshot().plan().at(0).orElseThrow().traits()).isNotEmpty();
            }
        }
    }

    @Test
    public void whatAQemuHasIsStillReadAndAPolicyOfSomebodyElseStillDecides() throws Exception {
        FlatView captured = dma.read("qemu", Map.of("mtree", CAPTURE.toString()));
        try (AddressSpace space = dma.open(
                new SpaceOptions("captured", "iommufd", List.of("strict", "nothing-below-1m")))) {
            Plan plan = space.preview(captured, List.of());
            assertThat(plan.at(0).orElseThrow().mapping().orElseThrow().access()).isEqualTo(Access.READ);
            assertThat(plan.at(0x100000).orElseThrow().mapping().orElseThrow().access()).isEqualTo(Access.READ_WRITE);
        }
    }
}
