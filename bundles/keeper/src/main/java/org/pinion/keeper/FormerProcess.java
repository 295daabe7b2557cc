package org.pinion.keeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.LastingMemory;

/** What the process before this one had stored, or a keeper before, and how a space is made of it again. */
final class FormerProcess {

    private final Kernel kernel;
    private final DescriptorStore store;
    private final Room room;
    private final HandOver.KernelLink link;

    FormerProcess(Kernel kernel, DescriptorStore store, Room room) {
        this.room = room;
        this.kernel = kernel;
        this.store = store;
        this.link = new HandOver.KernelLink(kernel, kernel.closer(), kernel.unmapper());
    }

    /**
     * A space that was found.
     *
     * @param state the space
     * @param stored goes on keeping it
     */
    record Found(HeldSpace state, StoredSpace stored) {}

    /**
     * Sorts files.
     *
     * @param all files that are stored
     * @return those that are the keeper's, by name, for each space by what stands for its name
     */
    Map<String, Map<String, Integer>> files(List<StoredFile> all) {
        Map<String, Map<String, Integer>> spaces = new TreeMap<>();
        for (StoredFile file : all) {
            Names.space(file.name()).ifPresent(space ->
                    spaces.computeIfAbsent(space, _ -> new LinkedHashMap<>()).put(file.name(), file.fd()));
        }
        return spaces;
    }

    /**
     * Makes a space of its files.
     *
     * @param files all of them, by name
     * @return the space
     * @throws DamagedRecordException if its record cannot be read, or names a file that is missing
     * @throws IOException if its memory cannot be mapped
     * @throws IommuException if there are more files than are kept
     */
    Found read(Map<String, Integer> files) throws DamagedRecordException, IOException, IommuException {
        RecordFiles record = record(files);
        SpaceText.Outline outline = SpaceText.Outline.of(record.read());
        String space = new ValueReader(file -> file)
                .read(outline.all().get("options"), SpaceOptions.class).name();
        List<HandOver.OpenFile> open = new ArrayList<>();
        for (String name : outline.files()) {
            open.add(new HandOver.OpenFile(name, require(files, Names.file(space, name))));
        }
        Map<String, LastingMemory> mapped = map(outline, files);
        ValueReader reader = new ValueReader(file -> moved(file, outline, mapped));
        HeldSpace state = SpaceText.read(outline, reader, open, link).withMemory(List.copyOf(mapped.values()));
        return new Found(state, new StoredSpace(kernel, store, room, space).goOnWith(record, files));
    }

    /**
     * Goes on keeping a space of this process, as a keeper before has kept it: nothing is stored anew.
     *
     * @param space the space's name
     * @param files all of them, by name
     * @return goes on keeping it
     * @throws DamagedRecordException if its record cannot be read
     * @throws ErrnoException if its record cannot be read by the kernel
     * @throws IommuException if there are more files than are kept
     */
    StoredSpace goOn(String space, Map<String, Integer> files)
            throws DamagedRecordException, ErrnoException, IommuException {
        RecordFiles record = record(files);
        record.read();
        return new StoredSpace(kernel, store, room, space).goOnWith(record, files);
    }

    private RecordFiles record(Map<String, Integer> files) throws DamagedRecordException {
        List<Integer> fds = files.entrySet().stream()
                .filter(file -> file.getKey().matches(".*\\.record\\.[01]"))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        if (fds.size() != 2) {
            throw DamagedRecordException.damaged(
                    "the service manager has kept %d of its 2 parts".formatted(fds.size()));
        }
        return RecordFiles.of(kernel, fds);
    }

    private static int require(Map<String, Integer> files, String name) throws DamagedRecordException {
        Integer fd = files.get(name);
        if (fd == null) {
            throw DamagedRecordException.damaged("the service manager has not kept its file '" + name + "'");
        }
        return fd;
    }

    /** Maps every memory file, the whole of it: what shows parts of it is then known by address, as it was. */
    private Map<String, LastingMemory> map(SpaceText.Outline outline, Map<String, Integer> files)
            throws DamagedRecordException, IOException {
        Map<String, LastingMemory> mapped = new HashMap<>();
        try {
            for (String name : outline.memory().values()) {
                if (!mapped.containsKey(name)) {
                    mapped.put(name, map(require(files, name)));
                }
            }
            return mapped;
        } catch (DamagedRecordException | IOException refused) {
            mapped.values().forEach(memory -> kernel.munmap(memory.segment()));
            throw refused;
        }
    }

    private LastingMemory map(int fd) throws IOException {
        long size = store.identity(fd).size();
        int access = Mman.PROT_READ | Mman.PROT_WRITE;
        return new LastingMemory(
                fd, kernel.mmap(size, access, Mman.MAP_SHARED | Mman.MAP_NORESERVE, fd, 0), link);
    }

    private static Backing.MemoryFile moved(
            Backing.MemoryFile file, SpaceText.Outline outline, Map<String, LastingMemory> mapped) {
        LastingMemory memory = mapped.get(outline.memory().get(file.fd()));
        if (memory == null) {
            throw new IllegalArgumentException("file descriptor " + file.fd() + " is not among its memory");
        }
        return (Backing.MemoryFile) memory.backing().advance(file.offset());
    }

    /** Nobody goes on with a space. */
    void giveUp(Map<String, Integer> files) throws ErrnoException {
        for (Map.Entry<String, Integer> file : files.entrySet()) {
            store.remove(file.getKey());
        }
        store.settle();
        // In any order: what a device needs of its iommufd the kernel keeps until the device is closed.
        files.values().forEach(kernel::close);
    }
}
