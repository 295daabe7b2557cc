package org.pinion.source.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The captures of real machines that are shipped with the distribution. */
final class Captures {

    private static final Path FOLDER = Path.of("../../distribution/captures");

    private Captures() {}

    static String path(String file) {
        return FOLDER.resolve(file).toString();
    }

    static String text(String file) throws IOException {
        return Files.readString(FOLDER.resolve(file));
    }

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".mtree"))
                    .map(name -> name.substring(0, name.length() - ".mtree".length()))
                    .sorted()
                    .toList();
        }
    }
}
