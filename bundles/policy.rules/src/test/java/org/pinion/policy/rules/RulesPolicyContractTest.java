package org.pinion.policy.rules;

import org.pinion.spi.policy.MappingPolicy;
import org.pinion.testkit.PolicyContract;

/** What every policy must keep. */
class RulesPolicyContractTest extends PolicyContract {

    private final MappingPolicy policy = new RulesPolicy(RuleSetReader.read(Given.house("otherwise", "map")));

    RulesPolicyContractTest() throws WrongRulesException {}

    @Override
    protected MappingPolicy policy() {
        return policy;
    }
}
