package org.pinion.core.space;

import java.util.Collection;
import org.pinion.api.FlatView;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.core.plan.Goal;

/** Says what would be with another view and with more devices; nothing is changed. */
final class Previews {

    private final String space;
    private final Changes changes;
    private final Planning planning;
    private final GuardedSession session;
    private final Devices devices;
    private final Table table;
    private final PlanInForce inForce;

    /**
     * @param space the space's name
     * @param changes has each looked at in the writer's turn
     * @param planning plans
     * @param session says what more there is room for
     * @param devices learns about devices
     * @param table what is installed
     * @param inForce what is planned now
     */
    Previews(
            String space,
            Changes changes,
            Planning planning,
            GuardedSession session,
            Devices devices,
            Table table,
            PlanInForce inForce) {
        this.space = space;
        this.changes = changes;
        this.planning = planning;
        this.session = session;
        this.devices = devices;
        this.table = table;
        this.inForce = inForce;
    }

    Plan preview(FlatView view, Collection<String> plug) throws IommuException {
        String operation = "preview of '" + view.name() + "'";
        return changes.look(operation, () -> {
            Goal goal = Goal.whole(view, devices.limitsWith(devices.learn(plug)));
            return planning.plan(goal).plan();
        });
    }

    Forecast forecast(FlatView view, Collection<String> with, String plug) throws IommuException {
        String operation = "forecast of attaching " + plug;
        return changes.look(operation, () -> {
            if (devices.has(plug) || with.contains(plug)) {
                throw new IommuException(operation, "it is already attached to '" + space + "'", "");
            }
            return new Forecaster(session, devices, planning::plan, table, inForce.now()).of(view, plug, with);
        });
    }
}
