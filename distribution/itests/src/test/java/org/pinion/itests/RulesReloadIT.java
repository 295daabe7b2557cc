package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Decision;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.DmaRuntime;

/** Rules that an operator edits while address spaces are open. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class RulesReloadIT {

    private static final long MIB = 1 << 20;
    private static final AddressRange LOW = AddressRange.ofSize(0, MIB);
    private static final AddressRange HIGH = AddressRange.ofSize(2 * MIB, MIB);
    private static final AddressRange TOP = new AddressRange(-MIB, -1L);

    @Inject
    private ConfigurationAdmin admin;

    @Inject
    private DmaService dma;

    @Inject
    private DmaRuntime runtime;

    @Inject
    private HostMemoryAllocator memory;

    private HostMemory ram;
    private AddressSpace space;
    private Configuration house;

    @org.ops4j.pax.exam.Configuration
    public Option[] shipped() {
        return ShippedFramework.options();
    }

    @Before
    public void openASpaceUnderRules() throws Exception {
        house = admin.getFactoryConfiguration("org.pinion.policy.rules", "house", "?");
        house.update(rules("(start<=0xfffff)"));
        await().until(() -> policies().contains("house"));
        ram = memory.allocate("ram", 3 * MIB);
        space = dma.open(new SpaceOptions("guest", "iommufd", List.of("house")));
        space.commit(FlatView.of("guest", List.of(section(LOW, 0), section(HIGH, MIB))));
        assertThat(mapped()).containsExactly(HIGH);
    }

    @After
    public void closeIt() throws Exception {
        space.close();
        ram.close();
        house.delete();
        await().until(() -> !policies().contains("house"));
    }

    @Test
    public void anEditIsInForceAtOnceAndAWrongOneNever() throws Exception {
        assertThat(decided(LOW)).isEqualTo("house/out");

        house.update(rules("(last>=0x200000)"));
        await().untilAsserted(() -> assertThat(mapped()).containsExactly(LOW));

        house.update(rules("(last>=0x200000"));
        house.update(rules("(lsat>=0x200000)"));
        house.update(rules("(start>=0x1fffff)"));
        await().untilAsserted(() -> assertThat(space.snapshot().plan().at(HIGH.start()).orElseThrow().reason())
                .isEqualTo("the test says (start>=0x1fffff)"));
        assertThat(mapped()).containsExactly(LOW);
    }

    @Test
    public void aWrongEditLeavesThePolicyThereAndItsMappings() throws Exception {
        house.update(rules("(start<=0xfffff"));
        Configuration other = admin.getFactoryConfiguration("org.pinion.policy.rules", "other", "?");
        Dictionary<String, Object> properties = rules("(start<=0)");
        properties.put("org.pinion.policy.name", "other");
        other.update(properties);
        // Events arrive in their order: when the second configuration counts, the first has been looked at.
        await().until(() -> policies().contains("other"));

        assertThat(policies()).contains("house");
        assertThat(mapped()).containsExactly(HIGH);
        other.delete();
        await().until(() -> !policies().contains("other"));
    }

    @Test
    public void addressesOfTheUpperHalfAreComparedWithoutSign() throws Exception {
        FlatView view = FlatView.of("guest", List.of(section(LOW, 0), section(HIGH, MIB), section(TOP, 2 * MIB)));
        for (String filter : List.of("(last=0xffffffffffffffff)", "(start>=18446744073708503040)")) {
            house.update(rules(filter));
            await().untilAsserted(() -> assertThat(space.preview(view, List.of()).at(-1L).orElseThrow())
                    .satisfies(top -> assertThat(top.reason()).isEqualTo("the test says " + filter)));
            assertThat(space.preview(view, List.of()).mapped().map(Decision::range)).containsExactly(LOW, HIGH);
        }
    }

    private static Dictionary<String, Object> rules(String filter) {
        return new Hashtable<>(Map.of(
                "org.pinion.policy.name", "house",
                "rules", new String[] {"out", "ram"},
                "out.when", filter,
                "out.verdict", "skip",
                "out.because", "the test says " + filter,
                "ram.when", "(trait=gup-able)",
                "ram.verdict", "map",
                "ram.because", "it is memory"));
    }

    private Section section(AddressRange range, long offset) {
        return Section.ram(range, ram.backing().advance(offset), "ram");
    }

    private String decided(AddressRange range) {
        return space.snapshot().plan().at(range.start()).orElseThrow().rule();
    }

    private List<AddressRange> mapped() {
        return space.snapshot().table().stream().map(Mapping::range).toList();
    }

    private List<String> policies() {
        return runtime.plugins().stream()
                .filter(plugin -> plugin.kind().equals("policy"))
                .map(plugin -> plugin.name())
                .toList();
    }
}
