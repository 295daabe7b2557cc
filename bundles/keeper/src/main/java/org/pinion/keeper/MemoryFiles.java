package org.pinion.keeper;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.spi.holder.HeldSpace;

/** Finds the memory files that a space shows. */
final class MemoryFiles {

    private MemoryFiles() {}

    /** {@return their descriptors} */
    static Iterable<Integer> of(HeldSpace space) {
        Stream<Backing> shown = Stream.of(
                        space.entries().stream().map(Mapping::backing),
                        space.doubtful().stream().map(Mapping::backing),
                        space.snapshot().missing().stream().map(Mapping::backing),
                        space.snapshot().plan().view().sections().stream().map(Section::backing),
                        space.snapshot().plan().decisions().stream().map(Decision::section).map(Section::backing))
                .flatMap(backings -> backings);
        Map<Integer, Boolean> found = new LinkedHashMap<>();
        shown.forEach(backing -> {
            if (backing instanceof Backing.MemoryFile file) {
                found.put(file.fd(), true);
            }
        });
        return found.keySet();
    }
}
