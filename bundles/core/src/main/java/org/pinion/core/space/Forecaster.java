package org.pinion.core.space;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.core.space.Devices.Learned;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Held;

/**
 * Says what attaching a device would do: the plan with the device is a change of the plan without it, as at the attach.
 * For devices that are only taken for attached nothing is installed; then plans are compared.
 */
final class Forecaster {

    private final GuardedSession session;
    private final Devices devices;
    private final Planning planning;
    private final Table table;
    private final Planned inForce;

    /** Makes plans for the space. */
    interface Planning {
        Planned plan(Goal goal) throws IommuException;
    }

    Forecaster(GuardedSession session, Devices devices, Planning planning, Table table, Planned inForce) {
        this.session = session;
        this.devices = devices;
        this.planning = planning;
        this.table = table;
        this.inForce = inForce;
    }

    Forecast of(FlatView view, String plug, Collection<String> with) throws IommuException {
        List<String> names = new ArrayList<>(with);
        names.add(plug);
        SortedMap<String, Learned> all = devices.learn(names);
        SortedMap<String, Learned> others = new TreeMap<>(all);
        others.remove(plug);
        Planned before = before(view, devices.limitsWith(others));
        Planned plan = planning.plan(Goal.change(before, FlatViewChange.NONE, devices.limitsWith(all)));
        Held held = before == inForce ? table.held() : Held.of(before.wanted());
        ChangeSet changes = before == inForce ? table.difference(plan) : difference(held, before, plan);
        PinDemand demand = PinDemand.of(
                changes,
                held,
                devices.pinned(before.plan().limits(), pinning(others)),
                devices.pinned(plan.plan().limits(), pinning(all)),
                session.keepsCutPages());
        return new Forecast(
                plug,
                before.plan(),
                plan.plan(),
                changes.gone(),
                changes.maps(),
                changes.keptBytes(),
                demand.unpinned(),
                demand.newlyPinned(),
                session.budget(),
                changes.remapped(session::keepsThroughCut),
                (before == inForce ? 0 : before.wanted().size() - session.ledger().mappings()) + changes.entries());
    }

    private static List<String> pinning(SortedMap<String, Learned> learned) {
        return learned.entrySet().stream()
                .filter(device -> device.getValue().pins())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The view and the devices in force are planned already. */
    private Planned before(FlatView view, IovaLimits limits) throws IommuException {
        boolean known = view.equals(inForce.plan().view()) && limits.equals(inForce.plan().limits().together());
        return known ? inForce : planning.plan(Goal.whole(view, limits));
    }

    private static ChangeSet difference(Held held, Planned before, Planned plan) {
        return Differ.diff(
                held,
                List.of(),
                plan.wanted(),
                plan.changedSince(before.edition()),
                plan.plan().limits().alignment());
    }
}
