package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
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
 * What the jar of every plugin must keep, tried in a framework of its own that has what Pinion's has, and, if there is
 * one at hand, in a copy of an assembled Pinion. A subclass says where the jar is; it is run when the jar has been
 * made, in the phase {@code integration-test}.
 */
@Contract
public abstract class BundleContract {

    /** The system property that says where an assembled Pinion is. */
    public static final String DISTRIBUTION_PROPERTY = "pinion.home";

    private static final String SPI = "org.pinion.spi";
    private static final String PINION = "org.pinion.";
    private static final String CORE = "org.pinion.core";

    /** More major versions, and minor ones of each, than there will be. */
    private static final int MANY = 50;

    /** The core uses it, or would on another machine. */
    private static final Set<String> AT_WORK = Set.of("active", "unavailable");

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

    /**
     * The assembled Pinion in which the plugin is tried: what {@code distribution/runtime} makes, as a whole. A copy of
     * it is used, with this plugin in the place of any other of its bundle's name.
     *
     * @return where it is; by default what the system property {@value #DISTRIBUTION_PROPERTY} says, empty without it
     */
    protected Optional<Path> distribution() {
        return Optional.ofNullable(System.getProperty(DISTRIBUTION_PROPERTY)).map(Path::of);
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

    @Rule(in = SPI, says = "Its manifest has a symbolic name and a version")
    final void theManifestNamesABundle() {
        assertThat(bundle.getSymbolicName()).as(Constants.BUNDLE_SYMBOLICNAME).isNotBlank();
        assertThat(bundle.getVersion()).as(Constants.BUNDLE_VERSION).isNotEqualTo(Version.emptyVersion);
    }

    @Rule(in = SPI, says = "It can be resolved with what Pinion's framework has")
    final void itIsResolvedWithWhatPinionHas() {
        assertThat(framework.missing(bundle)).as("what keeps %s from being resolved", bundle()).isEmpty();
    }

    @Rule(in = SPI, says = "It imports nothing of the core … requires, and imports nothing dynamically")
    final void itKnowsNothingOfTheCore() {
        assertThat(imports()).as("Import-Package").noneMatch(wanted -> filter(wanted).contains("=" + CORE));
        assertThat(bundle.getHeaders().get(Constants.REQUIRE_BUNDLE)).as(Constants.REQUIRE_BUNDLE).isNull();
        assertThat(bundle.getHeaders().get(Constants.DYNAMICIMPORT_PACKAGE))
                .as(Constants.DYNAMICIMPORT_PACKAGE)
                .isNull();
    }

    @Rule(of = IommuBackend.class, in = "package-info", says = "Authors import [1.0,2.0)")
    final void theImportsOfTheSpiEndBeforeTheNextMajorVersion() {
        assertThat(imports()).filteredOn(wanted -> filter(wanted).contains("=" + SPI + ".")).isNotEmpty()
                .allSatisfy(wanted -> {
                    assertThat(takes(wanted, "1.999")).as("%s takes 1.999", filter(wanted)).isTrue();
                    assertThat(takes(wanted, "2")).as("%s takes 2.0", filter(wanted)).isFalse();
                    assertThat(takes(wanted, "0.9")).as("%s takes 0.9", filter(wanted)).isFalse();
                });
    }

    @Rule(in = SPI, says = "What it imports of Pinion ends before the next major version")
    final void theImportsOfPinionEndBeforeTheNextMajorVersion() {
        assertThat(imports()).filteredOn(wanted -> filter(wanted).contains("=" + PINION)).allSatisfy(wanted -> {
            int first = IntStream.range(0, MANY).filter(major -> takesSome(wanted, major)).findFirst().orElse(MANY);
            assertThat(IntStream.range(first + 1, MANY).filter(major -> takesSome(wanted, major)))
                    .as("major versions that %s takes after %d", filter(wanted), first)
                    .isEmpty();
        });
    }

    private static boolean takesSome(BundleRequirement wanted, int major) {
        return IntStream.range(0, MANY).anyMatch(minor -> takes(wanted, major + "." + minor + ".999"));
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

    @Rule(in = SPI, says = "Every component that it describes is a class of its own that implements what it provides")
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

    @Rule(in = SPI, says = "Dropped into an assembled Pinion, it starts without a complaint")
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    final void droppedIntoPinionItIsAtWork() throws IOException, InterruptedException {
        Path assembled = distribution().orElseGet(() -> abort("no assembled Pinion is at hand: "
                + DISTRIBUTION_PROPERTY + " says where one is"));
        Distribution pinion = Distribution.copy(assembled, storage);
        pinion.drop(bundle(), bundle.getSymbolicName());
        Distribution.Said said = pinion.plugins();
        assertThat(said.complaints()).as("what 'pinion plugins' says of %s", bundle())
                .doesNotContain(bundle.getSymbolicName());
        String named = bundle.getSymbolicName() + " " + bundle.getVersion();
        assertThat(said.plugins())
                .as("what 'pinion plugins' lists; beside it said: %s", said.complaints())
                .filteredOn(plugin -> AT_WORK.contains(plugin.state()) && plugin.bundle().equals(named))
                .extracting(plugin -> plugin.kind() + " " + plugin.name())
                .containsAll(provided());
    }

    /** The plugins that are there without anybody's doing. */
    private List<String> provided() {
        return components().stream()
                .filter(component -> !component.waitsForConfiguration())
                .flatMap(component -> Stream.of(PluginKind.values())
                        .filter(kind -> component.provides().contains(kind.service()))
                        .map(kind -> kind.word() + " " + component.properties().get(kind.namespace())))
                .toList();
    }
}
