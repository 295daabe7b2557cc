package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.stream.Stream;
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
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PluginInfo;

@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class PluginsComeAndGoIT {

    private static final long MIB = 1 << 20;

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
        space = dma.open(options("guest"));
        space.commit(view());
        assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB));
    }

    @After
    public void closeIt() throws IommuException {
        space.close();
        ram.close();
    }

    @Test
    public void aClassifierThatComesTakesMemoryAwayAndOneThatGoesGivesItBack() throws Exception {
        Bundle plugin = install("protecting", Healthy.Protecting.class);

        plugin.start();
        await().untilAsserted(() -> assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB / 2)));
        plugin.stop();
        await().untilAsserted(() -> assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB)));
        plugin.start();
        await().untilAsserted(() -> assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB / 2)));
        plugin.uninstall();
        await().untilAsserted(() -> assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB)));
    }

    @Test
    public void whatAShippedClassifierKnewIsForgottenAndLearnedAgain() throws Exception {
        Plan before = space.snapshot().plan();
        Bundle classifier = bundle("org.pinion.memory.section");

        classifier.stop();
        await().untilAsserted(() -> assertThat(space.snapshot().plan()).isNotEqualTo(before));
        classifier.start();

        await().untilAsserted(() -> assertThat(space.snapshot().plan()).isEqualTo(before));
        assertThat(mapped()).containsExactly(AddressRange.ofSize(0, MIB));
    }

    @Test
    public void mappingsOutliveTheirPolicyAndFollowItsSuccessor() throws Exception {
        Bundle policy = install("house", Healthy.Lenient.class);
        policy.start();
        try (AddressSpace ruled = dma.open(new SpaceOptions("ruled", "iommufd", List.of("house", "strict")))) {
            ruled.commit(view());
            policy.stop();
            await().untilAsserted(() -> assertThat(plugins("policy", "house")).isEmpty());
            assertThat(ruled.snapshot().table()).hasSize(1);
            assertThatThrownBy(() -> ruled.commit(view())).isInstanceOf(IommuException.class).hasMessageContaining("house");

            policy.update(SmallBundle.of("house", Healthy.Austere.class));
            policy.start();

            await().untilAsserted(() -> assertThat(ruled.snapshot().table()).isEmpty());
        } finally {
            policy.uninstall();
        }
        assertThat(mapped()).as("the other space").containsExactly(AddressRange.ofSize(0, MIB));
    }

    @Test
    public void withoutItsBackendNoSpaceOpensAndWithItAgainOneDoes() throws Exception {
        Bundle backend = bundle("org.pinion.backend.iommufd");

        backend.stop();
        assertThatThrownBy(() -> dma.open(options("another")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("iommufd");
        backend.start();

        await().untilAsserted(() -> assertThat(plugins("backend", "iommufd"))
                .singleElement()
                .satisfies(plugin -> assertThat(plugin.state()).isEqualTo(PluginInfo.State.ACTIVE)));
        try (AddressSpace another = dma.open(options("another"))) {
            another.commit(view());
            assertThat(another.snapshot().table()).hasSize(1);
        }
    }

    private FlatView view() {
        return FlatView.of("guest", List.of(Section.ram(AddressRange.ofSize(0, MIB), ram.backing(), "ram")));
    }

    private static SpaceOptions options(String name) {
        return new SpaceOptions(name, "iommufd", List.of("strict"));
    }

    private Bundle install(String name, Class<?> activator) throws Exception {
        return context.installBundle("memory:" + name, SmallBundle.of(name, activator));
    }

    private List<AddressRange> mapped() {
        return space.snapshot().table().stream().map(Mapping::range).toList();
    }

    private List<PluginInfo> plugins(String kind, String name) {
        return runtime.plugins().stream()
                .filter(plugin -> plugin.kind().equals(kind) && plugin.name().equals(name))
                .toList();
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }
}
