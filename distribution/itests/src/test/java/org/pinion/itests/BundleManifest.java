package org.pinion.itests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * What a bundle says of itself.
 *
 * @param headers its main attributes
 */
record BundleManifest(Attributes headers) {

    static BundleManifest of(Path bundle) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            return new BundleManifest(jar.getManifest().getMainAttributes());
        }
    }

    /** A header; empty if the bundle does not have it. */
    String header(String name) {
        String value = headers.getValue(name);
        return value == null ? "" : value;
    }

    /** Packages with their attributes, from a header such as {@code a.b;version="1.0",c.d}. */
    Map<String, String> packages(String name) {
        String header = header(name);
        Map<String, String> clauses = new TreeMap<>();
        String outsideQuotes = "(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)";
        for (String clause : header.isEmpty() ? new String[0] : header.split("," + outsideQuotes)) {
            String[] parts = clause.split(";" + outsideQuotes);
            clauses.put(parts[0], String.join(";", Arrays.copyOfRange(parts, 1, parts.length)));
        }
        return clauses;
    }
}
