package com.example.lowmemory;

import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Route;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict;

/** No device may write guest memory below 1 MiB. To be required beside a policy that says what else may be mapped. */
@Component
@PolicyName("nothing-below-1m")
public final class NothingBelowOneMegabyte implements MappingPolicy {

    private static final AddressRange LOW = new AddressRange(0, 0xfffff);
    private static final Set<Route> ANY = Set.of(Route.values());

    @Override
    public Verdict decide(Candidate candidate) {
        return candidate.range().overlaps(LOW)
                ? Verdict.map(Access.READ, ANY, "low-memory", "nothing below 1 MiB may be written")
                : Verdict.map(Access.READ_WRITE, ANY, "above", "it lies above 1 MiB");
    }

    @Override
    public boolean looksAtDevices() {
        return false;
    }
}
