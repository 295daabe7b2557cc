package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ShippedBundlesIT {

    @Inject
    private BundleContext context;

    @Inject
    private ServiceComponentRuntime components;

    @Configuration
    public Option[] shipped() {
        return ShippedFramework.options();
    }

    @Test
    public void theFrameworkIsTheOneThatThisRunIsAbout() {
        assertThat(context.getBundle(0).getSymbolicName()).isEqualTo(System.getProperty("pinion.framework"));
    }

    @Test
    public void everyBundleIsActive() {
        List<String> idle = Stream.of(context.getBundles())
                .filter(bundle -> bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(bundle -> bundle + " in state " + bundle.getState())
                .toList();

        assertThat(idle).isEmpty();
    }

    @Test
    public void noComponentWaitsForAnything() {
        List<String> waiting = new ArrayList<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            for (ComponentConfigurationDTO state : components.getComponentConfigurationDTOs(component)) {
                waiting.addAll(problems(component, state));
            }
        }

        assertThat(waiting).isEmpty();
    }

    @Test
    public void thePluginsOfEveryKindAreThere() {
        assertThat(capabilities("org.pinion.backend.type")).contains("iommufd");
        assertThat(capabilities("org.pinion.classifier.name")).contains("section", "vma");
        assertThat(capabilities("org.pinion.policy.name")).contains("strict", "qemu");
        assertThat(capabilities("org.pinion.source.type")).contains("qemu");
    }

    private static List<String> problems(ComponentDescriptionDTO component, ComponentConfigurationDTO state) {
        String name = component.bundle.symbolicName + ": component " + component.name + " ";
        return switch (state.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> List.of(name + "waits for its configuration");
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> Stream.of(state.unsatisfiedReferences)
                    .map(missing -> name + "waits for " + missing.name + " " + missing.target)
                    .toList();
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> List.of(name + "failed: " + state.failure);
            default -> List.of();
        };
    }

    private List<Object> capabilities(String namespace) {
        return Stream.of(context.getBundles())
                .map(bundle -> bundle.adapt(org.osgi.framework.wiring.BundleRevision.class))
                .flatMap(revision -> revision.getDeclaredCapabilities(namespace).stream())
                .map(capability -> capability.getAttributes().get(namespace))
                .toList();
    }
}
