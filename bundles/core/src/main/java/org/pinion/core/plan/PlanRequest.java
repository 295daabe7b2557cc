package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Trait;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;

/**
 * All that a plan depends on.
 *
 * @param view what is to be reachable
 * @param traits what all classifiers said of the sections to judge, signed, in any order
 * @param limits what the devices allow
 * @param policies the policies to ask, sorted by name whatever order they are given in
 * @param backend the backend's name
 * @param capabilities what the backend's session can do
 */
public record PlanRequest(
        FlatView view,
        Collection<Trait> traits,
        IovaLimits limits,
        List<NamedPolicy> policies,
        String backend,
        BackendCapabilities capabilities) {

    private static final Comparator<NamedPolicy> BY_NAME = Comparator.comparing(NamedPolicy::name);

    /** Sorts the policies, so that which of two equals is named does not depend on who came first. */
    public PlanRequest {
        List<NamedPolicy> sorted = new ArrayList<>(policies);
        sorted.sort(BY_NAME);
        policies = Collections.unmodifiableList(sorted);
    }

    /** {@return bytes to which every mapping is trimmed} */
    long alignment() {
        return Math.max(limits.alignment(), capabilities.pageSize());
    }

    /** {@return what policies are told about the circumstances} */
    Candidate.Planning planning() {
        return new Candidate.Planning(
                backend, capabilities.routes(), capabilities.missingRoutes(), alignment(), limits.devices());
    }
}
