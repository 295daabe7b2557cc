package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Constants;

/** The arrows between the bundles, as their manifests draw them. */
class WhoMayKnowWhomIT {

    private static final Map<String, Set<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("api", Set.of()),
            Map.entry("spi", Set.of("api")),
            Map.entry("core", Set.of("api", "spi")),
            Map.entry("linux", Set.of()),
            Map.entry("emulator", Set.of("linux")),
            Map.entry("device", Set.of("api", "spi", "linux")),
            Map.entry("backend.iommufd", Set.of("api", "spi", "linux", "device")),
            Map.entry("backend.vfio", Set.of("api", "spi", "linux", "device")),
            Map.entry("doctor", Set.of("api", "linux")),
            Map.entry("holder", Set.of("api", "spi")),
            Map.entry("keeper", Set.of("api", "spi", "linux")),
            Map.entry("memory.memfd", Set.of("api", "linux")),
            Map.entry("memory.section", Set.of("api", "spi")),
            Map.entry("memory.vma", Set.of("api", "spi", "linux")),
            Map.entry("policy.qemu", Set.of("api", "spi")),
            Map.entry("policy.rules", Set.of("api", "spi")),
            Map.entry("policy.strict", Set.of("api", "spi")),
            Map.entry("source.qemu", Set.of("api", "spi")),
            Map.entry("shell", Set.of("api")));

    private static final String OURS = "org.pinion.";

    static List<Path> bundles() {
        return Shipped.jars("bundles/pinion");
    }

    @Test
    void everyShippedBundleIsInTheTableAndTheOtherWayRound() {
        assertThat(bundles().stream().map(WhoMayKnowWhomIT::nameOf)).containsExactlyInAnyOrderElementsOf(MAY_KNOW.keySet());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void aBundleKnowsNoMoreThanItMay(Path bundle) throws IOException {
        String self = nameOf(bundle);
        Set<String> known = imports(bundle).stream()
                .filter(name -> name.startsWith(OURS))
                .map(WhoMayKnowWhomIT::owner)
                .filter(owner -> !owner.equals(self))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(MAY_KNOW.get(self)).as("what %s may know", self).containsAll(known);
        assertThat(BundleManifest.of(bundle).header(Constants.REQUIRE_BUNDLE)).as("Require-Bundle").isEmpty();
        assertThat(BundleManifest.of(bundle).header(Constants.DYNAMICIMPORT_PACKAGE)).as("DynamicImport-Package").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void whatIsExportedHasAVersionAndIsMeantForOthers(Path bundle) throws IOException {
        Map<String, String> exports = BundleManifest.of(bundle).packages(Constants.EXPORT_PACKAGE);

        assertThat(exports.keySet()).noneMatch(name -> (name + ".").contains(".internal."));
        assertThat(exports).allSatisfy((name, attributes) -> {
            assertThat(attributes).as(name).contains("version=");
            assertThat(owner(name)).as(name).isEqualTo(nameOf(bundle));
        });
    }

    @Test
    void nothingIsExportedButContracts() throws IOException {
        for (Path bundle : bundles()) {
            boolean contract = Set.of("api", "spi", "linux", "device").contains(nameOf(bundle));
            assertThat(contract || BundleManifest.of(bundle).packages(Constants.EXPORT_PACKAGE).isEmpty())
                    .as("%s exports nothing", nameOf(bundle))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void theContractsNeedNothingButJavaAndEachOther(Path bundle) throws IOException {
        assertThat(imports(bundle)).allMatch(name -> name.startsWith("java.") || name.startsWith(OURS));
    }

    static Stream<Path> contracts() {
        return bundles().stream().filter(bundle -> Set.of("api", "spi").contains(nameOf(bundle)));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void noImportOfOursIsOptional(Path bundle) throws IOException {
        BundleManifest.of(bundle).packages(Constants.IMPORT_PACKAGE).forEach((name, attributes) -> {
            if (name.startsWith(OURS)) {
                assertThat(attributes).as(name).doesNotContain("resolution:=optional");
            }
        });
    }

    private static Set<String> imports(Path bundle) throws IOException {
        return BundleManifest.of(bundle).packages(Constants.IMPORT_PACKAGE).keySet();
    }

    /** The bundle whose root package a package lies in. */
    private static String owner(String packageName) {
        return MAY_KNOW.keySet().stream()
                .filter(name -> (packageName + ".").startsWith(OURS + name + "."))
                .findFirst()
                .orElseThrow(() -> new AssertionError(packageName + " belongs to no bundle"));
    }

    private static String nameOf(Path bundle) {
        return bundle.getFileName().toString().substring(OURS.length()).replaceFirst("-[0-9].*", "");
    }
}
