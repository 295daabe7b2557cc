package org.pinion.core.space;

import java.util.SortedMap;
import java.util.TreeMap;
import org.pinion.api.ApartDevice;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.spi.backend.BackendCapabilities;

/**
 * Plans with all devices together, and with those apart that the policies then want apart, until nobody wants more. The
 * devices that are apart are so a function of sections, devices and policies, whatever was apart before. A device in
 * conflict goes apart even if it is the only one: if it were refused for want of another, it would depend on the order
 * whether both are accepted.
 */
final class ApartPlans {

    private ApartPlans() {}

    /**
     * @param planner asks the plugins
     * @param options the space planned for
     * @param capabilities what its session can do
     * @param goal what is to be planned, with the devices together
     * @return the plan; it may contain refusals
     * @throws IommuException if a required policy is not there, or a plugin fails
     */
    static Planned plan(PlanMaker planner, SpaceOptions options, BackendCapabilities capabilities, Goal goal)
            throws IommuException {
        SortedMap<String, ApartDevice> apart = new TreeMap<>();
        Planned planned = planner.plan(options, capabilities, goal);
        while (capabilities.oneSpaceOnly().isEmpty() && !planned.separations().isEmpty()) {
            apart.putAll(planned.separations());
            planned = planner.plan(options, capabilities, goal.withApart(apart.values()));
        }
        return planned;
    }
}
