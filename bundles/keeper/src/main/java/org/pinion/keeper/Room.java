package org.pinion.keeper;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinion.api.IommuException;
import org.pinion.linux.DescriptorStore;

/**
 * How many files are kept, for all spaces together: whoever keeps them drops what is more without a word. Thread-safe.
 */
final class Room {

    private final DescriptorStore store;
    private final Map<String, Integer> taken = new HashMap<>();

    Room(DescriptorStore store) {
        this.store = store;
    }

    /** Takes room for all files of a space, in place of what it had; if there is not enough, it has what it had. */
    synchronized void take(String operation, String space, int files) throws IommuException {
        Integer before = taken.put(space, files);
        int all = taken.values().stream().mapToInt(Integer::intValue).sum() + ofOthers();
        if (all > store.capacity() && (before == null || files > before)) {
            give(space, before);
            throw new IommuException(
                    operation,
                    "it takes %d files, %d with those of other address spaces, and the service manager keeps %d"
                            .formatted(files, all, store.capacity()),
                    "raise FileDescriptorStoreMax= of the unit, or use fewer devices and memory files");
        }
    }

    /** What a keeper before had stored for spaces that this one has not met yet, or that nobody goes on with. */
    private int ofOthers() {
        Set<String> known = taken.keySet().stream().map(DescriptorStore::name).collect(Collectors.toSet());
        return (int) store.stored().stream()
                .flatMap(file -> Names.space(file.name()).stream())
                .filter(space -> !known.contains(space))
                .count();
    }

    private void give(String space, Integer before) {
        if (before == null) {
            taken.remove(space);
        } else {
            taken.put(space, before);
        }
    }

    synchronized void free(String space) {
        taken.remove(space);
    }
}
