package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pinion.api.AddressRange;
import org.pinion.api.ApartDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.core.table.Held;

/**
 * Which devices of a space have an IO address space of their own; used by its writer alone. Devices change places when
 * what a plan does not want is gone and what it wants is not there yet: what is mapped then, all of them can use.
 */
final class ApartDevices {

    private final GuardedSession session;
    private final Set<String> apart = new TreeSet<>();
    private final Set<String> unsure = new TreeSet<>();

    ApartDevices(GuardedSession session) {
        this.session = session;
    }

    /** Puts each device where a plan has it: attached ones, and the one that is about to be. */
    void arrange(Plan plan, Held held, Transaction transaction) throws IommuException {
        Set<String> wanted = wanted(plan);
        Set<String> known = new TreeSet<>(apart);
        known.addAll(unsure);
        for (String device : known) {
            if (!wanted.contains(device)) {
                transaction.onUndo(() -> separate(device, held));
                join(device);
            }
        }
        for (String device : wanted) {
            if (!apart.contains(device) || unsure.contains(device)) {
                transaction.onUndo(() -> join(device));
                separate(device, held);
            }
        }
    }

    /** Another core has put each device where a plan has it, or is not sure that it did. */
    void goOnFrom(Plan plan, boolean sure) {
        apart.addAll(wanted(plan));
        if (!sure) {
            unsure.addAll(apart);
        }
    }

    /** A device that has left is nowhere. */
    void left(String device) {
        apart.remove(device);
        unsure.remove(device);
    }

    /** {@return the devices that are not where a plan has them, each with a sentence} */
    List<String> misplaced(Plan plan, Predicate<String> attached) {
        Set<String> wanted = wanted(plan);
        List<String> misplaced = new ArrayList<>();
        unsure.stream().filter(attached).forEach(device ->
                misplaced.add(device + " may not be in the IO address space that it should be in"));
        apart.stream().filter(device -> attached.test(device) && !wanted.contains(device)).forEach(device ->
                misplaced.add(device + " did not let itself be brought back to the other devices"));
        wanted.stream().filter(device -> attached.test(device) && !apart.contains(device)).forEach(device ->
                misplaced.add(device + " is not in the IO address space of its own that it should have"));
        return misplaced;
    }

    private void separate(String device, Held held) throws IommuException {
        unsure.add(device);
        session.separate(device, held.in(AddressRange.ALL));
        unsure.remove(device);
        apart.add(device);
    }

    private void join(String device) throws IommuException {
        unsure.add(device);
        session.join(device);
        unsure.remove(device);
        apart.remove(device);
    }

    private static Set<String> wanted(Plan plan) {
        return plan.limits().apart().stream().map(ApartDevice::device).collect(Collectors.toCollection(TreeSet::new));
    }
}
