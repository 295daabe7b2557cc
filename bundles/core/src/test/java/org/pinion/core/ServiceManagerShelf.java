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
    private boolean inherited;
    String obstacle = "";
    int requests;
    Runnable beforeRequests = () -> {};

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

    /** Another process is started, and may ask for what there is. */
    void startProcess() {
        inherited = false;
    }

    @Override
    public List<StoredFile> inherited() {
        List<StoredFile> files = inherited ? List.of() : stored();
        inherited = true;
        return files;
    }

    @Override
    public List<StoredFile> stored() {
        List<StoredFile> files = new ArrayList<>();
        kept.forEach((name, fd) -> files.add(new StoredFile(name, fd)));
        return files;
    }

    @Override
    public void store(String name, int fd) {
        request();
        kept.put(name, fd);
    }

    @Override
    public void storeMemory(String name, int fd) {
        store(name, fd);
    }

    @Override
    public void remove(String name) {
        request();
        kept.remove(name);
    }

    private void request() {
        beforeRequests.run();
        requests++;
    }

    @Override
    public void settle() {}

    @Override
    public FileIdentity identity(int fd) {
        return new FileIdentity(1, fd, memorySize);
    }
}
