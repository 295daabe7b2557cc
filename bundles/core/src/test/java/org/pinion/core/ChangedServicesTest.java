package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.SpaceOptions;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;

/** A service changes its properties while it stays registered, and open spaces follow. */
class ChangedServicesTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;
    private static final MappingPolicy NOTHING = _ -> Verdict.skip("nothing", "nothing is mapped");

    private final EmulatedHost host = new EmulatedHost(1);
    private final Microkernel core = new Microkernel((Bundle) null, BackendUpdateTest.configuration(300));
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final Map<String, Object> properties = new HashMap<>(Map.of(PolicyName.PROPERTY, "strict"));
    private final ServiceReference<MappingPolicy> other = Registered.changing(properties);
    private AddressSpace space;

    @BeforeEach
    void open() throws Exception {
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        Registered.backend(core, host.backend("vfio"), Registered.updated(BackendType.PROPERTY, "vfio", "1.0.0"));
        properties.put(Constants.SERVICE_RANKING, -1);
        Registered.policy(core, NOTHING, other);
        space = service.open(new SpaceOptions("guest", "vfio", List.of("strict")));
        space.commit(FlatView.of("view", List.of(host.memory(SIZE).at(0, 0, SIZE))));
        assertThat(space.snapshot().table()).hasSize(1);
    }

    @AfterEach
    void stop() {
        core.stop();
    }

    @Test
    void aPolicyThatIsRankedHigherIsPlannedByAtOnceAndNoMoreOnceItIsRankedLower() {
        properties.put(Constants.SERVICE_RANKING, 9);
        core.updatedPolicy(other);
        await().until(() -> space.snapshot().table().isEmpty());

        properties.put(Constants.SERVICE_RANKING, -1);
        core.updatedPolicy(other);
        await().until(() -> space.snapshot().table().size() == 1);
    }

    @Test
    void aServiceThatLosesItsNameIsUsedNoMore() {
        properties.put(Constants.SERVICE_RANKING, 9);
        core.updatedPolicy(other);
        await().until(() -> space.snapshot().table().isEmpty());

        properties.remove(PolicyName.PROPERTY);
        core.updatedPolicy(other);
        await().until(() -> space.snapshot().table().size() == 1);
        assertThat(core.registry().plugins()).filteredOn(plugin -> plugin.name().equals("strict")).hasSize(1);
    }
}
