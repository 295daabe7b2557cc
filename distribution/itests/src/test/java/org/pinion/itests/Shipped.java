package org.pinion.itests;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** The assembled runtime. */
final class Shipped {

    /** Holds {@code lib/ bundles/ etc/ plugins/}. */
    static final Path HOME = Path.of(System.getProperty("pinion.home"));

    private Shipped() {}

    /** The jars of one of the directories, sorted. */
    static List<Path> jars(String directory) {
        try (Stream<Path> files = Files.list(HOME.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The jar of one of Pinion's bundles. */
    static Path jar(String bundle) {
        return jars("bundles/pinion").stream()
                .filter(jar -> nameOf(jar).equals(bundle))
                .findFirst()
                .orElseThrow();
    }

    /** The name of the bundle that is in a jar. */
    static String nameOf(Path jar) {
        return jar.getFileName().toString().replaceFirst("-[0-9].*", "");
    }

    /** A property that the launcher gives to the framework. */
    static String frameworkProperty(String name) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(HOME.resolve("etc/framework.properties"))) {
            properties.load(reader);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return properties.getProperty(name);
    }

    /** Copies what is installed, as an operator does who wants it elsewhere, without its start-up cache. */
    static Path copyTo(Path home) throws IOException {
        Path cache = HOME.resolve("cache");
        try (Stream<Path> files = Files.walk(HOME)) {
            for (Path file : files.filter(file -> !file.startsWith(cache)).toList()) {
                Files.copy(file, home.resolve(HOME.relativize(file)));
            }
        }
        return home;
    }
}
