package com.example.lowmemory;

import org.pinion.spi.policy.MappingPolicy;
import org.pinion.testkit.PolicyContract;

class NothingBelowOneMegabyteContractTest extends PolicyContract {

    private final MappingPolicy policy = new NothingBelowOneMegabyte();

    @Override
    protected MappingPolicy policy() {
        return policy;
    }
}
