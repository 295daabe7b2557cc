package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.api.RangeList;
import org.pinion.core.table.Held;
import org.pinion.core.table.InstalledTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the devices of a space out of its session, and lets them into this one or another one again, while drivers keep
 * what they know them by. A device that does not come back is lost: it stays a device of the space, and comes back
 * with the next change. Used by the space's writer alone.
 */
final class Readmission {

    private static final Logger LOG = LoggerFactory.getLogger(Readmission.class);

    private final GuardedSession session;
    private final NavigableMap<String, OpenDevice> open;
    private final ApartDevices apart;
    private final SortedMap<String, String> lost = new TreeMap<>();
    /** Devices that were to leave the session, with what it had said of them. */
    private final SortedMap<String, DeviceLimits> leaving = new TreeMap<>();
    /** Devices that the session may have attached still, with what failed when they were to leave. */
    private final Map<String, IommuException> stayed = new TreeMap<>();

    Readmission(GuardedSession session, NavigableMap<String, OpenDevice> open, ApartDevices apart) {
        this.session = session;
        this.open = open;
        this.apart = apart;
    }

    boolean isLost(String address) {
        return lost.containsKey(address);
    }

    /** {@return what there is to say of devices that are lost, a sentence each} */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        lost.forEach((address, why) -> sentences.add(address + " could not be brought back: " + why));
        return sentences;
    }

    /** Takes every device out of the session; after a failure {@link #bringBack} is to be called. */
    void letAllOut() throws IommuException {
        leaving.clear();
        for (OpenDevice device : open.values()) {
            String address = device.limits().device();
            leaving.put(address, device.limits());
            device.goOn(null);
            letOut(address);
        }
    }

    private void letOut(String address) throws IommuException {
        try {
            session.detach(address);
        } catch (IommuException failure) {
            stayed.put(address, failure);
            throw failure;
        }
        stayed.remove(address);
        apart.left(address);
    }

    /** {@return what the session that devices come to says of each} */
    SortedMap<String, DeviceLimits> learn() throws IommuException {
        SortedMap<String, DeviceLimits> learned = new TreeMap<>();
        for (String address : open.keySet()) {
            learned.put(address, session.preflight(address).of(address));
        }
        return learned;
    }

    /** Lets devices that were learned about into a session that maps nothing, each where a plan has it. */
    void letAllIn(SortedMap<String, DeviceLimits> learned, Plan plan) throws IommuException {
        arrange(plan);
        for (Map.Entry<String, DeviceLimits> device : learned.entrySet()) {
            letIn(device.getKey(), device.getValue());
        }
    }

    /** What fails is not undone step by step: the whole session is given up, or goes on as it is. */
    private void arrange(Plan plan) throws IommuException {
        apart.arrange(plan, Held.of(RangeList.empty()), new Transaction(session, new InstalledTable()));
    }

    private void letIn(String address, DeviceLimits limits) throws IommuException {
        open.get(address).enter(session.attach(address), limits);
        stayed.remove(address);
    }

    /**
     * Brings those devices back that were to leave, each where the plan in force has it, before anything is mapped.
     * Goes on where one fails. What was known of their limits is what the plan was made for, and stays so.
     */
    void bringBack(Plan plan) throws IommuException {
        List<IommuException> failures = new ArrayList<>();
        List<String> learned = new ArrayList<>();
        // The other session gave its devices up, so nothing is known of where they are.
        leaving.keySet().forEach(apart::left);
        for (Map.Entry<String, DeviceLimits> device : leaving.entrySet()) {
            String address = device.getKey();
            // Where it was meanwhile, it may have had other limits.
            open.get(address).limits(device.getValue());
            attempt(address, failures, () -> {
                learnAgain(address);
                learned.add(address);
            });
        }
        try {
            arrange(plan);
        } catch (IommuException misplaced) {
            failures.add(misplaced);
        }
        learned.forEach(address -> attempt(address, failures, () -> letInAgain(address)));
        leaving.clear();
        throwAll(failures);
    }

    /** Where it is not known whether a device is inside, what the session says to the next step tells. */
    private void learnAgain(String address) throws IommuException {
        if (stayed.containsKey(address)) {
            try {
                letOut(address);
            } catch (IommuException again) {
                LOG.debug("{} may be attached still: {}", address, again.getMessage());
            }
        }
        session.preflight(address);
    }

    private void letInAgain(String address) throws IommuException {
        letIn(address, open.get(address).limits());
    }

    private void attempt(String address, List<IommuException> failures, Transaction.Step step) {
        try {
            step.run();
        } catch (IommuException failure) {
            failures.add(failure);
            lose(address, failure);
        }
    }

    private void lose(String address, IommuException failure) {
        String why = stayed.getOrDefault(address, failure).why();
        lost.put(address, why);
        OpenDevice device = open.get(address);
        device.enter(new LostDevice(device.device(), why), device.limits());
        try {
            session.release(address);
        } catch (IommuException unreleased) {
            failure.addSuppressed(unreleased);
        }
    }

    private static void throwAll(List<IommuException> failures) throws IommuException {
        if (!failures.isEmpty()) {
            IommuException first = failures.getFirst();
            failures.subList(1, failures.size()).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Learns about lost devices, which are then as those that are about to be attached; gives them up if undone. */
    void learnLost(Transaction transaction) throws IommuException {
        for (String address : lost.keySet()) {
            transaction.onUndo(() -> session.release(address));
            learnAgain(address);
        }
    }

    /** Attaches lost devices that were learned about. */
    void admitLost(Transaction transaction) throws IommuException {
        for (Map.Entry<String, String> device : List.copyOf(lost.entrySet())) {
            String address = device.getKey();
            String why = device.getValue();
            letInAgain(address);
            lost.remove(address);
            transaction.onUndo(() -> {
                OpenDevice again = open.get(address);
                again.enter(new LostDevice(again.device(), why), again.limits());
                lost.put(address, why);
                letOut(address);
            });
        }
    }

    /** Forgets a lost device that is to be detached; throws if the session does not let go of it. */
    void forget(String address) throws IommuException {
        if (stayed.containsKey(address)) {
            letOut(address);
        }
        lost.remove(address);
    }
}
