package org.pinion.core.space;

import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.spi.backend.BackendCapabilities;

/** Asks the plugins that are there and makes a plan of what they say. */
public interface PlanMaker {

    /**
     * @param options the space planned for
     * @param capabilities what its session can do
     * @param view what is to be reachable
     * @param limits what the devices allow
     * @return the plan; it may contain refusals
     * @throws IommuException if a required policy is not there, or a plugin fails
     */
    Plan plan(SpaceOptions options, BackendCapabilities capabilities, FlatView view, IovaLimits limits)
            throws IommuException;
}
