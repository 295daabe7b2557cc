package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.pinion.api.AddressRange;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;

/**
 * What the jar of every plugin must keep, tried in a framework of its own that has what Pinion's has. A subclass says
 * where the jar is; it is run when the jar has been made, in the phase {@code integration-test}.
 */
@Contract
public abstract class BundleContract {

    private static final String SPI = "org.pinion.spi.";
    private static final String CORE = "org.pinion.core";

    @TempDir
    private Path storage;

    private PluginFramework framework;
    private Bundle bundle;

    /** Made by a subclass. */
    protected BundleContract() {}

    /** {@return the plugin's jar} */
    protected abstract Path bundle();

    /**
     * The bundles that the plugin is resolved with.
     *
     * @return their jars; by default the api, the spi and the linux bundle, from the class path
     */
    protected List<Path> beside() {
        return Stream.of(AddressRange.class, IommuBackend.class, Kernel.class)
                .map(BundleContract::jarOf)
                .toList();
    }

    private static Path jarOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @BeforeEach
    final void install() throws BundleException {
        framework = PluginFramework.start(storage);
        for (Path jar : beside()) {
            framework.install(jar);
        }
        bundle = framework.install(bundle());
    }

    @AfterEach
    final void stop() throws BundleException, InterruptedException {
        framework.stop();
    }

    private List<BundleRequirement> imports() {
        return bundle.adapt(BundleRevision.class).getDeclaredRequirements(PackageNamespace.PACKAGE_NAMESPACE);
    }

    private static String filter(BundleRequirement requirement) {
        return requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
    }

    private List<Component> components() {
        try {
            return Component.of(bundle);
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @Test
    final void theManifestNamesABundle() {
        assertThat(bundle.getSymbolicName()).as(Constants.BUNDLE_SYMBOLICNAME).isNotBlank();
        assertThat(bundle.getVersion()).as(Constants.BUNDLE_VERSION).isNotEqualTo(Version.emptyVersion);
    }

    @Test
    final void itIsResolvedWithWhatPinionHas() {
        assertThat(framework.missing(bundle)).as("what keeps %s from being resolved", bundle()).isEmpty();
    }

    @Test
    final void itKnowsNothingOfTheCore() {
        assertThat(imports()).as("Import-Package").noneMatch(wanted -> filter(wanted).contains("=" + CORE));
        assertThat(bundle.getHeaders().get(Constants.REQUIRE_BUNDLE)).as(Constants.REQUIRE_BUNDLE).isNull();
        assertThat(bundle.getHeaders().get(Constants.DYNAMICIMPORT_PACKAGE))
                .as(Constants.DYNAMICIMPORT_PACKAGE)
                .isNull();
    }

    @Rule(of = IommuBackend.class, in = "package-info", says = "Authors import [1.0,2.0)")
    final void theImportsOfTheSpiEndBeforeTheNextMajorVersion() {
        assertThat(imports()).filteredOn(wanted -> filter(wanted).contains("=" + SPI)).isNotEmpty()
                .allSatisfy(wanted -> {
                    assertThat(takes(wanted, "1.999")).as("%s takes 1.999", filter(wanted)).isTrue();
                    assertThat(takes(wanted, "2")).as("%s takes 2.0", filter(wanted)).isFalse();
                    assertThat(takes(wanted, "0.9")).as("%s takes 0.9", filter(wanted)).isFalse();
                });
    }

    private static boolean takes(BundleRequirement wanted, String version) {
        String named = filter(wanted);
        String name = named.replaceFirst(".*" + PackageNamespace.PACKAGE_NAMESPACE + "=([^)]*)\\).*", "$1");
        try {
            return FrameworkUtil.createFilter(named).matches(Map.of(
                    PackageNamespace.PACKAGE_NAMESPACE, name,
                    Constants.VERSION_ATTRIBUTE, Version.parseVersion(version)));
        } catch (InvalidSyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    final void everyComponentIsAClassOfTheBundleThatImplementsWhatItProvides() throws ClassNotFoundException {
        assertThat(framework.missing(bundle)).isEmpty();
        assertThat(components()).as("the components of %s", bundle()).isNotEmpty();
        for (Component component : components()) {
            Class<?> implementation = bundle.loadClass(component.implementation());
            for (String provided : component.provides()) {
                assertThat(bundle.loadClass(provided)).as(provided).isAssignableFrom(implementation);
            }
        }
    }

    @Rule(of = BackendType.class, says = "no framework wires anybody to it")
    final void whoRequiresAPluginIsNotStoppedWithIt() {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        assertThat(PluginKind.values())
                .flatExtracting(kind -> revision.getDeclaredCapabilities(kind.namespace()))
                .allSatisfy(has -> assertThat(has.getDirectives())
                        .as("Provide-Capability %s", has)
                        .containsEntry(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_ACTIVE));
    }

    @Rule(
            of = BackendType.class,
            says = "is at once the service property … and the bundle's capability of the same namespace")
    final void whatAComponentIsNamedTheBundleHasACapabilityFor() {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        for (Component component : components()) {
            for (PluginKind kind : PluginKind.values()) {
                if (component.provides().contains(kind.service())) {
                    String name = component.properties().get(kind.namespace());
                    assertThat(name).as("%s of %s", kind.namespace(), component.implementation()).isNotBlank();
                    assertThat(revision.getDeclaredCapabilities(kind.namespace()))
                            .as("Provide-Capability %s", kind.namespace())
                            .anyMatch(has -> name.equals(has.getAttributes().get(kind.namespace())));
                }
            }
        }
    }
}
