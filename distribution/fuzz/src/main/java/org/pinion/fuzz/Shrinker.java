package org.pinion.fuzz;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes a script that shows a difference as short and as plain as it can be made in a while. */
final class Shrinker {

    /** Opening a real device takes the kernel a while, and so does everything where the processor is emulated. */
    private static final long MOST_TIME = Duration.ofSeconds(60).toNanos();

    /** How much the kernel may write: with another number it would write behind what there is. */
    private static final Set<String> ROOM = Set.of("argsz", "bitmap_size", "pgsize", "page_size", "data_len");

    private final Duel duel;
    private final String signature;
    private final long start = System.nanoTime();

    Shrinker(Duel duel, Difference difference) {
        this.duel = duel;
        this.signature = difference.signature();
    }

    /** A script that ends with the difference; the one given if that cannot be shown again. */
    List<Operation> shrink(List<Operation> script) throws IOException {
        List<Operation> best = upToDifference(script).orElse(null);
        if (best == null) {
            return script;
        }
        int before;
        do {
            before = best.size();
            best = simpler(withoutSteps(best));
        } while (best.size() < before && !late());
        return best;
    }

    private boolean late() {
        return System.nanoTime() - start > MOST_TIME;
    }

    private Optional<List<Operation>> upToDifference(List<Operation> script) throws IOException {
        if (late()) {
            return Optional.empty();
        }
        return duel.run(script).filter(found -> found.signature().equals(signature))
                .map(found -> List.copyOf(script.subList(0, found.step() + 1)));
    }

    private List<Operation> withoutSteps(List<Operation> script) throws IOException {
        List<Operation> best = script;
        for (int chunk = Math.max(1, script.size() / 2); chunk >= 1; chunk /= 2) {
            int at = 0;
            while (at < best.size()) {
                List<Operation> candidate = new ArrayList<>(best.subList(0, at));
                candidate.addAll(best.subList(Math.min(best.size(), at + chunk), best.size()));
                Optional<List<Operation>> shorter = upToDifference(candidate);
                if (shorter.isPresent()) {
                    best = shorter.get();
                } else {
                    at += chunk;
                }
            }
        }
        return best;
    }

    private List<Operation> simpler(List<Operation> script) throws IOException {
        List<Operation> best = script;
        for (int i = 0; i < best.size(); i++) {
            if (best.get(i) instanceof Operation.Ioctl ioctl) {
                for (String field : ioctl.values().keySet()) {
                    best = simpler(best, i, field);
                }
            }
        }
        return best;
    }

    private List<Operation> simpler(List<Operation> script, int step, String field) throws IOException {
        if (step >= script.size()) {
            return script;
        }
        Operation.Ioctl ioctl = (Operation.Ioctl) script.get(step);
        Value value = ioctl.values().get(field);
        List<Value> plainer = new ArrayList<>();
        plainer.add(null);
        boolean number = value.base() == Value.Base.NUMBER && !ROOM.contains(field);
        if (number && Long.compareUnsigned(value.number(), Ram.PAGE) > 0) {
            plainer.add(Value.number(Ram.PAGE));
        } else if (value.base() == Value.Base.RAM) {
            plainer.add(value.withNumber(0));
        }
        for (Value candidate : plainer) {
            List<Operation> changed = new ArrayList<>(script);
            changed.set(step, ioctl.with(field, candidate));
            Optional<List<Operation>> found = changed.equals(script) ? Optional.empty() : upToDifference(changed);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return script;
    }
}
