package org.pinion.memory.vma;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.Mount;

/** On which file systems the files of memory areas are. */
final class FileSystems {

    private final List<Mount> mounts;
    private final Map<String, String> byDevice = new HashMap<>();
    private final String ignorance;

    private FileSystems(List<Mount> mounts, String ignorance) {
        this.mounts = mounts;
        this.ignorance = ignorance;
        mounts.forEach(mount -> byDevice.put(mount.device(), mount.fileSystem()));
    }

    static FileSystems of(List<Mount> mounts) {
        return new FileSystems(mounts, "no mount has it");
    }

    static FileSystems unknown(String why) {
        return new FileSystems(List.of(), why);
    }

    /** Why a type that is not known is not known. */
    String ignorance() {
        return ignorance;
    }

    /**
     * The type of the file system that has the area's file. The device number tells it; an overlay may show the
     * number of the layer underneath, which need not be mounted here: then the path tells it.
     */
    Optional<String> type(MemoryArea area) {
        String type = byDevice.get(area.device());
        return type == null ? byPath(area.path()) : Optional.of(type);
    }

    private Optional<String> byPath(String path) {
        Mount longest = null;
        for (Mount mount : mounts) {
            boolean longer = longest == null || mount.mountPoint().length() >= longest.mountPoint().length();
            if (longer && isUnder(path, mount.mountPoint())) {
                longest = mount;
            }
        }
        return Optional.ofNullable(longest).map(Mount::fileSystem);
    }

    private static boolean isUnder(String path, String mountPoint) {
        return mountPoint.equals("/") ? path.startsWith("/") : path.startsWith(mountPoint + "/");
    }
}
