package org.pinion.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Permissions of device nodes; closing it gives back those that were. */
final class Permissions implements AutoCloseable {

    private final Map<Path, Set<PosixFilePermission>> before = new LinkedHashMap<>();

    void set(Path node, String permissions) throws IOException {
        before.putIfAbsent(node, Files.getPosixFilePermissions(node));
        Files.setPosixFilePermissions(node, PosixFilePermissions.fromString(permissions));
    }

    /** Lets everybody open the IOMMU, and the first edu and the mdev by their devices and by their groups. */
    void openNodes(Lab lab) throws IOException {
        for (Path node : lab.look().nodes(Guest.EDU)) {
            set(node, "rw-rw-rw-");
        }
        for (Path node : lab.look().mediatedNodes(lab.guest().mdev())) {
            set(node, "rw-rw-rw-");
        }
    }

    @Override
    public void close() throws IOException {
        for (Map.Entry<Path, Set<PosixFilePermission>> node : before.entrySet()) {
            Files.setPosixFilePermissions(node.getKey(), node.getValue());
        }
    }
}
