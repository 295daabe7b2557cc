package org.pinion.policy.qemu;

import org.pinion.spi.policy.MappingPolicy;
import org.pinion.testkit.PolicyContract;

/** What every policy must keep. */
class QemuPolicyContractTest extends PolicyContract {

    private final MappingPolicy policy = new QemuPolicy();

    @Override
    protected MappingPolicy policy() {
        return policy;
    }
}
