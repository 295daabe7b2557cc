package org.pinion.linux.sysfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pinion.linux.Kernel;
import org.pinion.linux.RootedKernel;

/** A {@code /sys} in a directory of a test. */
record SysTree(Path root) {

    Kernel kernel() {
        return RootedKernel.at(root);
    }

    SysTree file(String path, String content) throws IOException {
        Files.writeString(made(path), content);
        return this;
    }

    SysTree directory(String path) throws IOException {
        Files.createDirectories(root.resolve(path));
        return this;
    }

    SysTree link(String path, String target) throws IOException {
        Files.createSymbolicLink(made(path), Path.of(target));
        return this;
    }

    private Path made(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return file;
    }
}
