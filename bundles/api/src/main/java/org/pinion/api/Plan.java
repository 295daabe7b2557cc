package org.pinion.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The decisions for one flat view and one set of devices. A plan is a function of the view, the limits, the classifiers
 * and the policies alone: it does not depend on what was planned or mapped before.
 *
 * @param view the flat view planned for
 * @param limits what the devices allow
 * @param policies the names of the policies asked, sorted
 * @param decisions the decisions, sorted by address, covering every address of every section exactly once
 */
public record Plan(FlatView view, IovaLimits limits, List<String> policies, RangeList<Decision> decisions) {

    /** Checks that nothing is null. */
    public Plan {
        Objects.requireNonNull(view, "view");
        Objects.requireNonNull(limits, "limits");
        policies = List.copyOf(policies);
        Objects.requireNonNull(decisions, "decisions");
    }

    /**
     * Makes a plan of decisions in any order.
     *
     * @param view the flat view planned for
     * @param limits what the devices allow
     * @param policies the names of the policies asked, sorted
     * @param decisions the decisions, covering every address of every section exactly once
     */
    public Plan(FlatView view, IovaLimits limits, List<String> policies, List<Decision> decisions) {
        this(view, limits, policies, RangeList.copyOf(decisions));
    }

    /** {@return the decisions to map, sorted by address} */
    public Stream<Decision> mapped() {
        return decisions.stream().filter(decision -> decision.outcome() == Decision.Outcome.MAP);
    }

    /** {@return the decisions to leave out: skipped, trimmed or carved; sorted by address} */
    public Stream<Decision> skipped() {
        return decisions.stream()
                .filter(decision -> switch (decision.outcome()) {
                    case SKIP, TRIM, CARVE -> true;
                    case MAP, REFUSE -> false;
                });
    }

    /** {@return the refusals, sorted by address; the plan can be carried out only if there are none} */
    public List<Decision> refusals() {
        return decisions.stream()
                .filter(decision -> decision.outcome() == Decision.Outcome.REFUSE)
                .toList();
    }

    /**
     * Finds the decision on an address.
     *
     * @param address an unsigned address
     * @return the decision on it; empty if no section shows there
     */
    public Optional<Decision> at(long address) {
        return decisions.at(address);
    }
}
