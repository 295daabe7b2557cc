package org.pinion.policy.strict;

import org.pinion.spi.policy.MappingPolicy;
import org.pinion.testkit.PolicyContract;

/** What every policy must keep. */
class StrictPolicyContractTest extends PolicyContract {

    private final MappingPolicy policy = new StrictPolicy();

    @Override
    protected MappingPolicy policy() {
        return policy;
    }
}
