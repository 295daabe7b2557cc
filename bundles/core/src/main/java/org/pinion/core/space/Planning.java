package org.pinion.core.space;

import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;

/** Makes the plans of a space, for the backend and the policies that it has. Used in the writer's turn. */
final class Planning {

    private final PlanMaker planner;
    private final GuardedSession session;
    private final Devices devices;
    private final PlanInForce inForce;
    private final Publication published;

    /**
     * @param planner asks the plugins
     * @param session says what the backend can do
     * @param devices say what they allow
     * @param inForce what is planned now
     * @param published says how the space was opened, and where it is now
     */
    Planning(
            PlanMaker planner,
            GuardedSession session,
            Devices devices,
            PlanInForce inForce,
            Publication published) {
        this.planner = planner;
        this.session = session;
        this.devices = devices;
        this.inForce = inForce;
        this.published = published;
    }

    Planned plan(Goal goal) throws IommuException {
        return ApartPlans.plan(planner, published.now().options(), session.capabilities(), goal);
    }

    /** The view in force, for other devices. */
    Planned inForce(IovaLimits limits) throws IommuException {
        return plan(Goal.change(inForce.now(), FlatViewChange.NONE, limits));
    }

    /** {@return what is planned now, with a change} */
    Goal goal(FlatViewChange viewChange) throws IommuException {
        try {
            return Goal.change(inForce.now(), viewChange, devices.limits());
        } catch (IllegalArgumentException unfit) {
            throw viewChange.unfit(unfit);
        }
    }
}
