package org.pinion.itests;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Constants;

/**
 * Who implements the interfaces of exported packages. A package that its users implement grows by default methods
 * alone, one that Pinion implements by any; its version can promise one of these, not both.
 */
class ExportedTypesIT {

    private static final String USERS = "ConsumerType";
    private static final String PINION = "ProviderType";

    /**
     * An interface that others could implement.
     *
     * @param inPackage its package
     * @param name its name in that package
     * @param implementers {@link #USERS}, {@link #PINION}, what else it says, or nothing
     */
    record Open(String inPackage, String name, Set<String> implementers) {}

    static List<Open> interfaces() throws IOException {
        List<Open> found = new ArrayList<>();
        for (Path bundle : Shipped.jars("bundles/pinion")) {
            Set<String> exported = BundleManifest.of(bundle).packages(Constants.EXPORT_PACKAGE).keySet();
            try (JarFile jar = new JarFile(bundle.toFile())) {
                for (JarEntry entry : jar.stream().filter(entry -> exported.contains(packageOf(entry))).toList()) {
                    ClassModel type = read(jar, entry);
                    if (isOpen(type)) {
                        found.add(new Open(packageOf(entry), nameOf(type), implementers(type)));
                    }
                }
            }
        }
        return found;
    }

    /** The package of a class file; empty if an entry is something else. */
    private static String packageOf(JarEntry entry) {
        String path = entry.getName();
        return path.endsWith(".class") ? path.substring(0, Math.max(0, path.lastIndexOf('/'))).replace('/', '.') : "";
    }

    private static ClassModel read(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream bytes = jar.getInputStream(entry)) {
            return ClassFile.of().parse(bytes.readAllBytes());
        }
    }

    private static boolean isOpen(ClassModel type) {
        return type.flags().has(AccessFlag.INTERFACE)
                && type.flags().has(AccessFlag.PUBLIC)
                && !type.flags().has(AccessFlag.ANNOTATION)
                && type.findAttribute(Attributes.permittedSubclasses()).isEmpty();
    }

    private static String nameOf(ClassModel type) {
        return type.thisClass().asInternalName().replaceFirst(".*/", "");
    }

    private static Set<String> implementers(ClassModel type) {
        return type.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .map(annotation -> annotation.className().stringValue())
                .map(annotation -> annotation.replaceFirst("Lorg/osgi/annotation/versioning/(.*);", "$1"))
                .collect(toSet());
    }

    @Test
    void thereAreSomeOfEachKind() throws IOException {
        assertThat(interfaces()).extracting(Open::implementers).contains(Set.of(USERS), Set.of(PINION));
    }

    @ParameterizedTest
    @MethodSource("interfaces")
    void anInterfaceSaysWhoImplementsIt(Open type) {
        assertThat(type.implementers()).as(type.name()).isSubsetOf(USERS, PINION).hasSize(1);
    }

    @Test
    void noPackageHasBothKinds() throws IOException {
        Map<String, Set<Set<String>>> kinds = interfaces().stream()
                .collect(groupingBy(Open::inPackage, TreeMap::new, mapping(Open::implementers, toSet())));
        assertThat(kinds).allSatisfy((name, both) -> assertThat(both).as(name).hasSize(1));
    }

    @Test
    void authorsImplementAllOfTheSpi() throws IOException {
        assertThat(interfaces())
                .filteredOn(type -> type.inPackage().startsWith("org.pinion.spi."))
                .hasSizeGreaterThanOrEqualTo(9)
                .allMatch(type -> type.implementers().equals(Set.of(USERS)));
    }
}
