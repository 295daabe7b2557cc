package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.holder.SpaceHolder;
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
                    SpaceHolder.class);

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
        return ShippedFramework.options("org.pinion.spi", grown);
    }

    @Test
    public void everyInterfaceHasTheMethodThatNoPluginKnows() throws Exception {
        List<Class<?>> handles = List.of(BackendSession.class, DeviceHandle.class);
        for (Class<?> handle : handles) {
            assertThat(handle.getMethod(GrownSpi.METHOD).isDefault()).as(handle.getName()).isTrue();
        }
        for (Class<?> kind : PLUGINS) {
            ServiceReference<?>[] services = context.getServiceReferences(kind.getName(), null);
            assertThat(services).as(kind.getName()).isNotEmpty();
            for (ServiceReference<?> service : services) {
                Object plugin = context.getService(service);
                assertThat(kind.getMethod(GrownSpi.METHOD).invoke(plugin))
                        .as(plugin.toString())
                        .isEqualTo(GrownSpi.ANSWER);
            }
        }
    }

    @Test
    public void theyStillWork() throws Exception {
        long bytes = 1 << 20;
        try (HostMemory ram = memory.allocate("ram", bytes);
                AddressSpace space = dma.open(new SpaceOptions("guest", "iommufd", List.of("strict", "qemu")))) {
            Section section = Section.ram(AddressRange.ofSize(0, bytes), ram.backing(), "ram");
            space.commit(FlatView.of("guest", List.of(section)));

            assertThat(space.snapshot().table()).singleElement().satisfies(mapping ->
                    assertThat(mapping.range()).isEqualTo(section.range()));
            assertThat(space.snapshot().plan().at(0).orElseThrow().traits()).isNotEmpty();
        }
    }
}
