package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bundle that is right passes, and each thing that is wrong in one is caught. */
class BundleContractTest {

    private static final String EXPORTS_SPI = "org.pinion.spi.policy;version=1.1.0,org.pinion.core;version=1.0.0";

    private static final String ENDS = "org.pinion.spi: 'What it imports of Pinion ends before";

    private static final String DROPPED =
            "org.pinion.spi: 'Dropped into an assembled Pinion, it starts without a complaint' [droppedIntoPinionItIsAtWork]";

    private static final String ACTIVE = ";effective:=active";

    private static Path jar;
    private static Path spi;
    private static Path pinion;

    @TempDir
    private Path directory;

    /** The contract on the jar that a test has made. */
    static class OnTrial extends BundleContract {
        @Override
        protected Path bundle() {
            return jar;
        }

        @Override
        protected List<Path> beside() {
            return List.of(spi);
        }

        @Override
        protected Optional<Path> distribution() {
            return Optional.of(pinion);
        }
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("Bundle-Version", "0", "org.pinion.spi: 'Its manifest has"),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",com.example.nowhere", "org.pinion.spi: 'It can be"),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",org.pinion.core", "org.pinion.spi: 'It imports"),
                Arguments.of("DynamicImport-Package", "*", "org.pinion.spi: 'It imports nothing of the core"),
                Arguments.of("Import-Package", imports("1.1"), "IommuBackend.package-info: 'Authors import [1.0,2.0)'"),
                Arguments.of("Import-Package", imports("[0,2)"), "IommuBackend.package-info: 'Authors import [1.0,2.0)'"),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",org.pinion.api", ENDS),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",org.pinion.api;version=1.0", ENDS),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",org.pinion.linux;version=\"[1.0,3)\"", ENDS),
                Arguments.of("Import-Package", imports("[1.1,2)") + ",org.pinion.linux;version=\"[0.9,2)\"", ENDS),
                Arguments.of("Service-Component", "OSGI-INF/gone.xml", "org.pinion.spi: 'Every component"),
                Arguments.of("Provide-Capability", named("other") + ACTIVE, "BackendType: 'is at once"),
                Arguments.of("Provide-Capability", named("example"), "BackendType: 'no framework wires anybody to it'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1.0,1.1)", "[1.3,2)", "[2,3)", "[1.0,1.999]"})
    void whatEndsInTimePasses(String versions) throws IOException {
        Map<String, String> headers = right();
        headers.put("Import-Package", imports("[1.1,2)") + ",org.pinion.api;version=\"" + versions + "\"");
        assertThat(outcomes(headers).broken().keySet()).noneMatch(rule -> rule.startsWith(ENDS));
    }

    private static String named(String name) {
        return "org.pinion.policy.name;org.pinion.policy.name=" + name;
    }

    private static String imports(String versions) {
        return "org.pinion.spi.policy;version=\"" + versions + "\"";
    }

    private Map<String, String> right() {
        return new TreeMap<>(Map.of(
                "Bundle-ManifestVersion", "2",
                "Bundle-SymbolicName", "com.example.policy",
                "Bundle-Version", "1.0.0",
                "Import-Package", imports("[1.1,2)"),
                "Service-Component", "OSGI-INF/policy.xml",
                "Provide-Capability", named("example") + ACTIVE));
    }

    private Outcomes outcomes(Map<String, String> headers) throws IOException {
        return outcomes(headers, listing("example", "active"));
    }

    private static String listing(String name, String state) {
        return """
                cat <<'END'
                {
                  "kernel" : "emulated",
                  "plugins" : [ {
                    "kind" : "policy",
                    "name" : "%s",
                    "bundle" : "com.example.policy 1.0.0",
                    "state" : "%s",
                    "detail" : ""
                  } ]
                }
                END
                """.formatted(name, state);
    }

    /** A Pinion with another version of the plugin, whose command says what a script says once that version is gone. */
    private Path pinion(String script) throws IOException {
        Path home = directory.resolve("assembled");
        Files.createDirectories(home.resolve("plugins"));
        Files.writeString(home.resolve("plugins/com.example.policy-0.9.0.jar"), "another version");
        Path command = Files.createDirectories(home.resolve("bin")).resolve("pinion");
        Files.writeString(command, """
                #!/bin/sh
                cd "$(dirname "$0")/../plugins"
                [ "$(echo *)" = plugin.jar ] || exit 1
                %s""".formatted(script));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private Outcomes outcomes(Map<String, String> headers, String script) throws IOException {
        pinion = pinion(script);
        jar = write("plugin.jar", headers, Map.of(
                "OSGI-INF/policy.xml",
                """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="policy">
                  <property name="org.pinion.policy.name" type="String" value="example"/>
                  <service><provide interface="org.pinion.spi.policy.MappingPolicy"/></service>
                  <implementation class="org.pinion.spi.policy.MappingPolicy"/>
                </scr:component>
                """.getBytes(StandardCharsets.UTF_8)));
        spi = write("spi.jar", Map.of(
                "Bundle-ManifestVersion", "2",
                "Bundle-SymbolicName", "spi",
                "Bundle-Version", "1.0.0",
                "Export-Package", EXPORTS_SPI), Map.of(
                "org/pinion/spi/policy/MappingPolicy.class", classFile()));
        return Outcomes.of(OnTrial.class);
    }

    private static byte[] classFile() {
        try (var content = BundleContractTest.class.getResourceAsStream("/org/pinion/spi/policy/MappingPolicy.class")) {
            return content.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Path write(String name, Map<String, String> headers, Map<String, byte[]> entries) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach(manifest.getMainAttributes()::putValue);
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream written = new JarOutputStream(out, manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                written.putNextEntry(new ZipEntry(entry.getKey()));
                written.write(entry.getValue());
            }
        }
        return file;
    }

    @Test
    void aBundleThatIsRightPasses() throws IOException {
        assertThat(outcomes(right()).broken()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsWrongInABundleIsCaught(String header, String value, String rule) throws IOException {
        Map<String, String> headers = right();
        headers.put(header, value);
        assertThat(outcomes(headers).broken().keySet()).anyMatch(name -> name.startsWith(rule));
    }

    @ParameterizedTest
    @MethodSource("sick")
    void aPluginThatIsNotAtWorkIsCaught(String script, String told) throws IOException {
        Outcomes outcomes = outcomes(right(), script);
        assertThat(outcomes.broken()).containsOnlyKeys(DROPPED);
        assertThat(outcomes.broken().firstEntry().getValue()).contains(told);
    }

    static Stream<Arguments> sick() {
        return Stream.of(
                Arguments.of(listing("other", "active"), "policy example"),
                Arguments.of(listing("example", "quarantined"), "policy example"),
                Arguments.of("echo \"the command did not come up\" >&2", "the command did not come up"),
                Arguments.of(listing("example", "active")
                        + "echo \"warning: bundle com.example.policy does not start: it is sick\" >&2", "it is sick"));
    }

    @Test
    void whatIsNoPinionIsTold() throws IOException {
        Outcomes outcomes = outcomes(right());
        Files.delete(pinion.resolve("bin/pinion"));
        assertThat(Outcomes.of(OnTrial.class).broken().get(DROPPED))
                .contains("no assembled Pinion is in " + pinion);
        assertThat(outcomes.broken()).isEmpty();
    }

    @Test
    void whatNobodyHasIsTold() throws IOException {
        Map<String, String> headers = right();
        headers.put("Import-Package", "com.example.nowhere");
        assertThat(outcomes(headers).broken().get("org.pinion.spi: 'It can be resolved with what Pinion's framework has'"
                        + " [itIsResolvedWithWhatPinionHas]"))
                .contains("com.example.policy needs", "com.example.nowhere");
    }
}
