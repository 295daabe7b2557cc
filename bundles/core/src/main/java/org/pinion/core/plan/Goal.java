package org.pinion.core.plan;

import java.util.Collection;
import java.util.Optional;
import org.pinion.api.ApartDevice;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;

/**
 * What is to be planned: a view for some devices, as a whole or as a change of what is planned already.
 *
 * @param view what is to be reachable
 * @param limits what the devices allow
 * @param base what is planned already
 * @param touched the addresses at which the view may differ from that of the base
 */
public record Goal(FlatView view, IovaLimits limits, Optional<Planned> base, RangeSet touched) {

    /**
     * @param view what is to be reachable
     * @param limits what the devices allow
     * @return the goal to ask about every section
     */
    public static Goal whole(FlatView view, IovaLimits limits) {
        return new Goal(view, limits, Optional.empty(), RangeSet.ALL);
    }

    /**
     * @param others the devices that are to be apart
     * @return the same goal with these devices apart
     */
    public Goal withApart(Collection<ApartDevice> others) {
        return new Goal(view, limits.withApart(others), base, touched);
    }

    /**
     * @param base what is planned already
     * @param change what changes of its view
     * @param limits what the devices allow
     * @return the goal to ask only about what may be decided otherwise than in the base
     * @throws IllegalArgumentException if the change does not fit the view
     */
    public static Goal change(Planned base, FlatViewChange change, IovaLimits limits) {
        return new Goal(base.plan().view().with(change), limits, Optional.of(base), change.touched());
    }
}
