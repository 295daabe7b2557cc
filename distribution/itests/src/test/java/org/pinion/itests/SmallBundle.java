package org.pinion.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes bundles of a class or two, as a plugin's author would ship them. */
final class SmallBundle {

    private static final String IMPORTS =
            "org.osgi.framework,org.pinion.api;version=\"[1.0,2)\","
                    + "org.pinion.spi.memory;version=\"[1.0,2)\",org.pinion.spi.policy;version=\"[1.0,2)\"";

    private static final String DESCRIPTION = "OSGI-INF/component.xml";

    private SmallBundle() {}

    /**
     * @param name the symbolic name
     * @param activator started with the bundle
     * @param others what else is in the bundle
     * @return the jar's bytes
     */
    static InputStream of(String name, Class<?> activator, Class<?>... others) throws IOException {
        Manifest manifest = manifest(name, "Bundle-Activator", activator.getName());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            add(activator, jar);
            for (Class<?> other : others) {
                add(other, jar);
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /**
     * @param name the symbolic name, and the classifier's
     * @param component the class of a classifier, which is a component
     * @param others what else is in the bundle
     * @return the jar's bytes
     */
    static InputStream ofComponent(String name, Class<?> component, Class<?>... others) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest(name, "Service-Component", DESCRIPTION))) {
            jar.putNextEntry(new JarEntry(DESCRIPTION));
            jar.write("""
                    <component xmlns="http://www.osgi.org/xmlns/scr/v1.3.0" name="%1$s">
                      <implementation class="%2$s"/>
                      <service><provide interface="org.pinion.spi.memory.MemoryClassifier"/></service>
                      <property name="org.pinion.classifier.name" value="%1$s"/>
                    </component>
                    """.formatted(name, component.getName()).getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
            add(component, jar);
            for (Class<?> other : others) {
                add(other, jar);
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static Manifest manifest(String name, String header, String value) {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map.of(
                        "Bundle-ManifestVersion", "2",
                        "Bundle-SymbolicName", name,
                        "Bundle-Version", "1.0.0",
                        header, value,
                        "Import-Package", IMPORTS)
                .forEach(headers::putValue);
        return manifest;
    }

    private static void add(Class<?> type, JarOutputStream jar) throws IOException {
        String path = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(path));
        try (InputStream code = type.getClassLoader().getResourceAsStream(path)) {
            code.transferTo(jar);
        }
        jar.closeEntry();
    }
}
