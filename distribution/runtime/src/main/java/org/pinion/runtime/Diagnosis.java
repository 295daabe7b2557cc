package org.pinion.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Says why the command is not there: which bundles are not active, which components wait for what. */
final class Diagnosis {

    private Diagnosis() {}

    static String of(RunningFramework framework) {
        List<String> lines = new ArrayList<>();
        lines.add("the command did not come up");
        framework.bundles().forEach(bundle -> bundle(bundle, lines));
        components(framework.context(), lines);
        return String.join(System.lineSeparator() + "  ", lines);
    }

    private static void bundle(Bundle bundle, List<String> lines) {
        boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
        if (bundle.getState() != Bundle.ACTIVE && !fragment) {
            lines.add("bundle " + bundle.getSymbolicName() + " is " + state(bundle));
        }
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> "not resolved";
            case Bundle.RESOLVED -> "not started";
            case Bundle.STARTING -> "still starting";
            default -> "stopping";
        };
    }

    private static void components(BundleContext context, List<String> lines) {
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            lines.add("the component runtime is not there");
            return;
        }
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs()) {
            runtime.getComponentConfigurationDTOs(component)
                    .forEach(configuration -> configuration(component, configuration, lines));
        }
    }

    private static void configuration(
            ComponentDescriptionDTO component, ComponentConfigurationDTO configuration, List<String> lines) {
        String name = component.bundle.symbolicName + ": component " + component.name;
        switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                    lines.add(name + " waits for its configuration");
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> {
                for (UnsatisfiedReferenceDTO missing : configuration.unsatisfiedReferences) {
                    lines.add(name + " waits for " + service(component, missing));
                }
            }
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                    lines.add(name + " failed: " + firstLine(configuration.failure));
            default -> { }
        }
    }

    // References of a constructor have numbers for names.
    private static String service(ComponentDescriptionDTO component, UnsatisfiedReferenceDTO missing) {
        String type = Stream.of(component.references)
                .filter(reference -> reference.name.equals(missing.name))
                .map(reference -> reference.interfaceName)
                .findFirst()
                .orElse(missing.name);
        return missing.target == null ? type : type + " " + missing.target;
    }

    private static String firstLine(String stackTrace) {
        return stackTrace.lines().findFirst().orElse("");
    }
}
