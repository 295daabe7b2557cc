package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.Trait;

/**
 * Collects the traits of one section, and joins equal statements about neighbours: the kernel cuts areas for reasons
 * that are no concern of a device (an madvise, a core dump's flags), and mappings need not be cut with them.
 */
final class JoinedTraits {

    private record Said(String name, String value) {}

    private record Run(AddressRange range, String evidence, int more) {

        Run to(AddressRange next) {
            return new Run(new AddressRange(range.start(), next.last()), evidence, more + 1);
        }

        Trait trait(Said said) {
            String others = more == 0 ? "" : "; the same holds for the " + more + " after it";
            return new Trait(range, said.name, said.value, evidence + others, "");
        }
    }

    private final Map<Said, Run> open = new LinkedHashMap<>();
    private final List<Trait> closed = new ArrayList<>();

    /** Adds a statement about a range that lies behind all ranges added before, or is the last one again. */
    void add(AddressRange range, Statement statement) {
        Said said = new Said(statement.name(), statement.value());
        Run run = open.get(said);
        if (run != null && run.range.meets(range)) {
            open.put(said, run.to(range));
            return;
        }
        if (run != null) {
            closed.add(run.trait(said));
        }
        open.put(said, new Run(range, statement.evidence(), 0));
    }

    /** All that was added. */
    List<Trait> all() {
        List<Trait> all = new ArrayList<>(closed);
        open.forEach((said, run) -> all.add(run.trait(said)));
        return all;
    }
}
