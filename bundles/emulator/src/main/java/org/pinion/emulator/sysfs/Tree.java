package org.pinion.emulator.sysfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes files, directories and relative links, with the directories that they need. */
final class Tree {

    private final FileSystem files;

    Tree(FileSystem files) {
        this.files = files;
    }

    void directory(String path) {
        try {
            Files.createDirectories(files.getPath(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void file(String path, String content) throws IOException {
        Path file = files.getPath(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** A link to an absolute path; what is stored is relative, as sysfs has it. */
    void link(String path, String target) throws IOException {
        Path link = files.getPath(path);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, link.getParent().relativize(files.getPath(target)));
    }
}
