package org.pinion.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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

    private SmallBundle() {}

    /**
     * @param name the symbolic name
     * @param activator started with the bundle
     * @param others what else is in the bundle
     * @return the jar's bytes
     */
    static InputStream of(String name, Class<?> activator, Class<?>... others) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map.of(
                        "Bundle-ManifestVersion", "2",
                        "Bundle-SymbolicName", name,
                        "Bundle-Version", "1.0.0",
                        "Bundle-Activator", activator.getName(),
                        "Import-Package", IMPORTS)
                .forEach(headers::putValue);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            add(activator, jar);
            for (Class<?> other : others) {
                add(other, jar);
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
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
