package org.pinion.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.linux.DescriptorStore;

/** Keeps names of files of an emulated kernel, which outlives what takes itself for a process in a test. */
final class ServiceManagerShelf implements DescriptorStore {

    final Map<String, Integer> kept = new LinkedHashMap<>();
    private final long memorySize;
    String obstacle = "";

    ServiceManagerShelf(long memorySize) {
        this.memorySize = memorySize;
    }

    @Override
    public Optional<String> obstacle() {
        return Optional.of(obstacle).filter(why -> !why.isEmpty());
    }

    @Override
    public int capacity() {
        return 8;
    }

    @Override
    public List<StoredFile> inherited() {
        List<StoredFile> files = new ArrayList<>();
        kept.forEach((name, fd) -> files.add(new StoredFile(name, fd)));
        return files;
    }

    @Override
    public void store(String name, int fd) {
        kept.put(name, fd);
    }

    @Override
    public void storeMemory(String name, int fd) {
        store(name, fd);
    }

    @Override
    public void remove(String name) {
        kept.remove(name);
    }

    @Override
    public void settle() {}

    @Override
    public FileIdentity identity(int fd) {
        return new FileIdentity(1, fd, memorySize);
    }
}
