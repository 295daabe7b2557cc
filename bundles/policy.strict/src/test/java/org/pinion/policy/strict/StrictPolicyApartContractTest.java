package org.pinion.policy.strict;

import org.pinion.spi.policy.MappingPolicy;
import org.pinion.testkit.PolicyContract;

/** What every policy must keep. */
class StrictPolicyApartContractTest extends PolicyContract {

    private final MappingPolicy policy = new StrictPolicy(true);

    @Override
    protected MappingPolicy policy() {
        return policy;
    }
}
