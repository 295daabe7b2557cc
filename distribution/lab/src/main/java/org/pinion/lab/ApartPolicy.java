package org.pinion.lab;

import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;

/** Maps everything, and sets apart whatever device cannot use all of it. */
@Component
@PolicyName("lab-apart")
public final class ApartPolicy implements MappingPolicy {

    @Override
    public Verdict decide(Candidate candidate) {
        return Verdict.map(Access.READ_WRITE, Set.of(Route.USER, Route.FILE), "any", "the tests want it");
    }

    @Override
    public Verdict conflict(Candidate candidate, Conflict conflict) {
        return Verdict.apart("apart", String.join(", ", conflict.devices()) + " can do without", "use iommufd");
    }

    @Override
    public boolean looksAtDevices() {
        return false;
    }
}
