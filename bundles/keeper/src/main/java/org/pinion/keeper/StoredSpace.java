package org.pinion.keeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.IommuException;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.KeptSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A space whose files are with whoever starts the process. Files come before the record that names them, and go after
 * it, so that the record that counts has all its files at any moment.
 */
final class StoredSpace implements KeptSpace {

    private static final Logger LOG = LoggerFactory.getLogger(StoredSpace.class);

    private final Kernel kernel;
    private final DescriptorStore store;
    private final Room room;
    private final String space;
    private final Map<String, Integer> stored = new HashMap<>();
    private RecordFiles record;
    private volatile boolean ended;

    /**
     * @param kernel the kernel that has the files
     * @param store keeps them
     * @param room says how many it keeps
     * @param space the space's name
     */
    StoredSpace(Kernel kernel, DescriptorStore store, Room room, String space) {
        this.kernel = kernel;
        this.store = store;
        this.room = room;
        this.space = space;
    }

    /** Goes on with what another process, or another keeper, had stored. */
    StoredSpace goOnWith(RecordFiles files, Map<String, Integer> all) throws IommuException {
        record = files;
        stored.putAll(all);
        room.take("go on with '" + space + "'", space, stored.size());
        return this;
    }

    @Override
    public void write(HeldSpace state) throws IommuException {
        String operation = "keep address space '" + space + "' beyond this process";
        try {
            Map<Integer, String> memory = memory(state);
            Map<String, Integer> wanted = wanted(state, memory);
            byte[] text = SpaceText.write(state, memory);
            room.take(operation, space, wanted.size());
            boolean changed = storeNew(wanted);
            if (changed) {
                store.settle();
            }
            record.write(text);
            if (removeOld(wanted)) {
                store.settle();
            }
        } catch (IOException | IllegalArgumentException unkept) {
            throw new IommuException(
                    operation, null, null, unkept.getMessage(), "see to what is said, or close the space", unkept);
        }
    }

    /** Memory is known by what it is: a descriptor's number may stand for another file later. */
    private Map<Integer, String> memory(HeldSpace state) throws IOException {
        Map<Integer, String> names = new LinkedHashMap<>();
        for (int fd : MemoryFiles.of(state)) {
            names.put(fd, Names.memory(space, store.identity(fd)));
        }
        return names;
    }

    private Map<String, Integer> wanted(HeldSpace state, Map<Integer, String> memory) throws ErrnoException {
        if (record == null) {
            record = RecordFiles.create(kernel, space);
        }
        Map<String, Integer> wanted = new LinkedHashMap<>();
        for (int i = 0; i < record.fds().size(); i++) {
            wanted.put(Names.record(space, i), record.fds().get(i));
        }
        for (OpenFile file : state.handOver().files()) {
            wanted.put(Names.file(space, file.name()), file.fd());
        }
        // Of several descriptors of one file, that one is as good as this one.
        memory.forEach((fd, name) -> wanted.merge(name, fd, (one, other) -> stored.getOrDefault(name, one)));
        memory.forEach((_, name) -> wanted.computeIfPresent(name, (_, fd) -> stored.getOrDefault(name, fd)));
        return wanted;
    }

    private boolean storeNew(Map<String, Integer> wanted) throws ErrnoException {
        boolean changed = false;
        for (Map.Entry<String, Integer> file : wanted.entrySet()) {
            if (!file.getValue().equals(stored.get(file.getKey()))) {
                // systemd would keep the file before it beside it, under the same name.
                store.remove(file.getKey());
                store(file.getKey(), file.getValue());
                stored.put(file.getKey(), file.getValue());
                changed = true;
            }
        }
        return changed;
    }

    /** Spaces may show the same memory, and each has it by a name of its own. */
    private void store(String name, int fd) throws ErrnoException {
        if (Names.isMemory(name)) {
            store.storeMemory(name, fd);
        } else {
            store.store(name, fd);
        }
    }

    private boolean removeOld(Map<String, Integer> wanted) throws ErrnoException {
        List<String> old = new ArrayList<>(stored.keySet());
        old.removeAll(wanted.keySet());
        for (String name : old) {
            store.remove(name);
            stored.remove(name);
        }
        return !old.isEmpty();
    }

    /** {@return whether nothing of it is kept any more} */
    boolean hasEnded() {
        return ended;
    }

    /** A request to the store. */
    private interface Request {
        void make() throws ErrnoException;
    }

    private void endWith(Request request) {
        try {
            request.make();
        } catch (ErrnoException refused) {
            LOG.error("address space '{}' may stay with the service manager after it is closed: {}", space,
                    refused.getMessage());
        }
    }

    @Override
    public void end() {
        ended = true;
        List.copyOf(stored.keySet()).forEach(name -> endWith(() -> store.remove(name)));
        endWith(store::settle);
        stored.clear();
        room.free(space);
        if (record != null) {
            record.close();
            record = null;
        }
    }
}
