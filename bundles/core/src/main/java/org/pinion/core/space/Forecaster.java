package org.pinion.core.space;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.core.space.Devices.Learned;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Mappings;

/**
 * Says what attaching a device would do. For devices that are only taken for attached nothing is installed; then plans
 * are compared.
 */
final class Forecaster {

    private final GuardedSession session;
    private final Devices devices;
    private final Planning planning;
    private final Function<Plan, List<Mapping>> installed;

    /** Plans the view that the forecast is for. */
    interface Planning {
        Plan plan(IovaLimits limits) throws IommuException;
    }

    Forecaster(
            GuardedSession session, Devices devices, Planning planning, Function<Plan, List<Mapping>> installed) {
        this.installed = installed;
        this.session = session;
        this.devices = devices;
        this.planning = planning;
    }

    Forecast of(String plug, Collection<String> with) throws IommuException {
        List<String> names = new ArrayList<>(with);
        names.add(plug);
        SortedMap<String, Learned> all = devices.learn(names);
        SortedMap<String, Learned> others = new TreeMap<>(all);
        boolean pins = others.remove(plug).pins();
        Plan before = planning.plan(devices.limitsWith(others));
        Plan plan = planning.plan(devices.limitsWith(all));
        List<Mapping> wanted = Mappings.wantedBy(plan);
        ChangeSet changes =
                Differ.diff(installed.apply(before), wanted, plan.limits().alignment());
        boolean pinned = devices.pinned() || others.values().stream().anyMatch(Learned::pins);
        PinDemand demand = PinDemand.of(changes, wanted, pinned, pinned || pins, session.keepsCutPages());
        return new Forecast(
                plug,
                before,
                plan,
                changes.gone(),
                changes.maps(),
                changes.keptBytes(),
                demand.unpinned(),
                demand.newlyPinned(),
                session.budget(),
                changes.remapped(session::keepsThroughCut),
                installed.apply(before).size() + changes.entries() - session.ledger().mappings());
    }
}
