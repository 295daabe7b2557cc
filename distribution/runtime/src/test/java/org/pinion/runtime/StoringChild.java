package org.pinion.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.linux.notify.ServiceManager;

/** A process that stores a file and is killed; when it is started again, it looks whether it has the file. */
final class StoringChild {

    static final int FOUND = 42;
    private static final int MISSING = 43;
    private static final String CONTENT = "kept";

    private StoringChild() {}

    public static void main(String[] arguments) throws Exception {
        NativeKernel kernel = new NativeKernel();
        ServiceManager manager = new ServiceManager(kernel);
        List<StoredFile> inherited = manager.inherited();
        if (inherited.isEmpty()) {
            store(kernel, manager);
            new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start().waitFor();
            Thread.currentThread().join();
        }
        System.exit(content(kernel, inherited.getFirst().fd()).equals(CONTENT) ? FOUND : MISSING);
    }

    private static void store(NativeKernel kernel, ServiceManager manager) throws Exception {
        int fd = kernel.memfdCreate("child", Mman.MFD_CLOEXEC);
        try (Arena arena = Arena.ofConfined()) {
            kernel.pwrite(fd, arena.allocateFrom(CONTENT).asSlice(0, CONTENT.length()), 0);
        }
        manager.store("file", fd);
        manager.settle();
    }

    private static String content(NativeKernel kernel, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(CONTENT.length());
            kernel.pread(fd, bytes, 0);
            return StandardCharsets.UTF_8.decode(bytes.asByteBuffer()).toString();
        }
    }
}
