package org.pinion.core.space;

import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.spi.backend.BackendCapabilities;

/** Asks the plugins that are there and makes a plan of what they say. */
public interface PlanMaker {

    /**
     * @param options the space planned for
     * @param capabilities what its session can do
     * @param goal what is to be planned
     * @return the plan; it may contain refusals
     * @throws IommuException if a required policy is not there, or a plugin fails
     */
    Planned plan(SpaceOptions options, BackendCapabilities capabilities, Goal goal) throws IommuException;
}
