package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Karaf's feature repository: valid, complete, and each feature enough for itself. */
class FeaturesIT {

    private static final Path FEATURES =
            Pinion.COMMAND.resolveSibling("features/target/features.xml").normalize();
    private static final Path SCHEMA = Path.of("target/schema/org/apache/karaf/features/karaf-features-1.6.0.xsd");
    private static final String SLF4J = "org.slf4j;version=\"2.0.20\",org.slf4j.event;version=\"2.0.20\","
            + "org.slf4j.helpers;version=\"2.0.20\",org.slf4j.spi;version=\"2.0.20\"";

    @TempDir
    private Path directory;

    @Test
    void itIsValidByKarafsSchema() throws Exception {
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(SCHEMA.toFile())
                .newValidator()
                .validate(new StreamSource(FEATURES.toFile()));
    }

    @Test
    void allOfPinionIsInIt() throws Exception {
        TreeSet<Path> named = new TreeSet<>();
        for (String feature : List.of("pinion-shell", "pinion-emulator")) {
            named.addAll(bundles(feature));
        }
        assertThat(named).containsAll(Shipped.jars("bundles/pinion"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pinion-spi", "pinion", "pinion-shell", "pinion-emulator"})
    void aFeatureNamesAllThatItNeeds(String feature) throws Exception {
        Framework framework = framework();
        framework.start();
        try {
            List<Bundle> installed = new ArrayList<>();
            for (Path jar : bundles(feature)) {
                installed.add(framework.getBundleContext().installBundle(jar.toUri().toString()));
            }
            for (Bundle bundle : installed) {
                bundle.start();
            }
            assertThat(installed).allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
            assertThat(unmet(installed)).isEmpty();
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }

    private Framework framework() {
        return ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(Map.of(
                Constants.FRAMEWORK_STORAGE, directory.resolve("framework").toString(),
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SLF4J,
                "org.pinion.kernel", "emulated"));
    }

    /** Services that a component must have and that no bundle of the feature says it gives; of a kernel there may be none. */
    private static List<BundleRequirement> unmet(List<Bundle> bundles) {
        List<BundleRevision> revisions =
                bundles.stream().map(bundle -> bundle.adapt(BundleRevision.class)).toList();
        return revisions.stream()
                .flatMap(revision -> revision.getDeclaredRequirements("osgi.service").stream())
                .filter(needed -> !needed.getDirectives().getOrDefault("resolution", "").equals("optional"))
                .filter(needed -> !needed.getDirectives().get("filter").contains("org.pinion.linux.Kernel"))
                .filter(needed -> revisions.stream()
                        .flatMap(revision -> revision.getDeclaredCapabilities("osgi.service").stream())
                        .noneMatch(needed::matches))
                .toList();
    }

    /** The jars of a feature and of those it is made of, in the order in which they are named. */
    private static List<Path> bundles(String feature) throws Exception {
        Element named = elements(root(), "feature").stream()
                .filter(element -> element.getAttribute("name").equals(feature))
                .findFirst()
                .orElseThrow();
        List<Path> jars = new ArrayList<>();
        for (Element part : elements(named, "feature")) {
            jars.addAll(bundles(part.getTextContent()));
        }
        for (Element bundle : elements(named, "bundle")) {
            jars.add(shipped(bundle.getTextContent()));
        }
        return jars;
    }

    private static Element root() throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(FEATURES.toFile()).getDocumentElement();
    }

    private static Path shipped(String url) throws IOException {
        String[] parts = url.split("/");
        String name = parts[1] + "-" + parts[2] + ".jar";
        try (Stream<Path> files = Files.walk(Shipped.HOME)) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(Arrays.toString(parts) + " is not what is shipped"));
        }
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList nodes = parent.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
    }
}
