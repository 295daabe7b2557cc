package org.pinion.memory.vma;

import java.util.Set;
import org.pinion.linux.procfs.MemoryArea;

/**
 * What is behind a memory area.
 *
 * @param kind what kind of memory or file
 * @param words the same for people, to follow "is"
 */
record AreaFile(Kind kind, String words) {

    /** How the kernel treats pages of such memory when a device is to write to them (mm/gup.c). */
    enum Kind {
        /** No file: anonymous memory. */
        ANONYMOUS,
        /** Pages without a file that they must be written back to: shmem, memfd, tmpfs, hugetlbfs. */
        SHARED_MEMORY,
        /** A file whose pages are written back, or that the kernel treats so, as it does with ramfs. */
        REGULAR,
        /** A file that shows memory of a device. */
        DEVICE,
        /** Memory that even the kernel does not map: {@code memfd_secret(2)}. */
        SECRET,
        /** Something that neither its name nor its file system explains. */
        OTHER
    }

    private static final String DELETED = " (deleted)";
    private static final Set<String> MEMORY_FILE_SYSTEMS = Set.of("tmpfs", "hugetlbfs");
    private static final Set<String> DEVICE_FILE_SYSTEMS = Set.of("devtmpfs", "sysfs", "proc");

    static AreaFile of(MemoryArea area, FileSystems fileSystems) {
        String path = area.path();
        if (path.contains("[secretmem]") || path.equals("/secretmem" + DELETED)) {
            return new AreaFile(Kind.SECRET, "secret memory (memfd_secret)");
        } else if (isSharedMemory(path)) {
            return new AreaFile(Kind.SHARED_MEMORY, "shared memory");
        } else if (path.isEmpty() || path.startsWith("[")) {
            return new AreaFile(Kind.ANONYMOUS, "anonymous memory");
        } else if (path.startsWith("/dev/vfio/") || path.equals("/dev/mem") || path.contains("[vfio-device]")) {
            return new AreaFile(Kind.DEVICE, "a mapping of the device file " + path);
        } else if (path.startsWith("/")) {
            return byFileSystem(area, fileSystems);
        }
        return new AreaFile(Kind.OTHER, "a mapping of " + path);
    }

    /** Whether it takes the mounts to tell what is behind an area. */
    static boolean isToldByMount(MemoryArea area) {
        return of(area, FileSystems.unknown("")).kind() == Kind.REGULAR;
    }

    /**
     * Names that the kernel gives to files in its own mount of shmem (mm/shmem.c, ipc/shm.c), and where tmpfs always
     * is.
     */
    private static boolean isSharedMemory(String path) {
        boolean deleted = path.endsWith(DELETED);
        return path.startsWith("[anon_shmem:")
                || path.startsWith("/dev/shm/")
                || path.startsWith("/dev/hugepages/")
                || path.equals("/dev/zero")
                || deleted && (path.startsWith("/memfd:")
                        || path.startsWith("/SYSV")
                        || path.equals("/dev/zero" + DELETED)
                        || path.equals("/anon_hugepage" + DELETED));
    }

    private static AreaFile byFileSystem(MemoryArea area, FileSystems fileSystems) {
        String mapping = "a " + (area.shared() ? "shared" : "private") + " mapping of a file on ";
        return fileSystems.type(area)
                .map(type -> new AreaFile(kind(type), mapping + type))
                .orElseGet(() -> new AreaFile(
                        Kind.REGULAR, mapping + "a file system that is not known (" + fileSystems.ignorance() + ")"));
    }

    private static Kind kind(String fileSystem) {
        if (MEMORY_FILE_SYSTEMS.contains(fileSystem)) {
            return Kind.SHARED_MEMORY;
        }
        return DEVICE_FILE_SYSTEMS.contains(fileSystem) ? Kind.OTHER : Kind.REGULAR;
    }
}
