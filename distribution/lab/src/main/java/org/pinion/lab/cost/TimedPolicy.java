package org.pinion.lab.cost;

import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/**
 * A policy that looks at the clock.
 *
 * @param policy the policy that decides
 * @param watch takes the times
 */
record TimedPolicy(MappingPolicy policy, Stopwatch watch) implements MappingPolicy {

    @Override
    public Verdict decide(Candidate candidate) {
        watch.pass(Moment.QUESTIONED);
        Verdict verdict = policy.decide(candidate);
        watch.pass(Moment.JUDGED);
        return verdict;
    }

    @Override
    public Verdict conflict(Candidate candidate, Conflict conflict) {
        return policy.conflict(candidate, conflict);
    }

    @Override
    public boolean looksAtDevices() {
        return policy.looksAtDevices();
    }
}
