package org.pinion.core.plugin;

import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** A policy that tells the watch when it is asked, and whose every failure is a {@link PluginFailure}. */
record WatchedPolicy(Plugin plugin, MappingPolicy policy, Watch watch) implements MappingPolicy {

    static WatchedPolicy of(Plugin plugin, Watch watch) {
        return new WatchedPolicy(plugin, (MappingPolicy) plugin.service(), watch);
    }

    @Override
    public Verdict decide(Candidate candidate) {
        watch.enter(plugin);
        try {
            return notApart(answered(policy.decide(candidate)));
        } catch (RuntimeException | Error thrown) {
            throw failure(thrown);
        } finally {
            watch.leave();
        }
    }

    @Override
    public Verdict conflict(Candidate candidate, Conflict conflict) {
        watch.enter(plugin);
        try {
            return answered(policy.conflict(candidate, conflict));
        } catch (RuntimeException | Error thrown) {
            throw failure(thrown);
        } finally {
            watch.leave();
        }
    }

    @Override
    public boolean looksAtDevices() {
        watch.enter(plugin);
        try {
            return policy.looksAtDevices();
        } catch (RuntimeException | Error thrown) {
            throw failure(thrown);
        } finally {
            watch.leave();
        }
    }

    private static Verdict notApart(Verdict verdict) {
        if (verdict.outcome() == Verdict.Outcome.APART) {
            throw new IllegalStateException("it sets a device apart (rule '" + verdict.rule()
                    + "') where nothing is in conflict: MappingPolicy.decide must not");
        }
        return verdict;
    }

    private Verdict answered(Verdict verdict) {
        if (verdict == null) {
            throw PluginFailure.answeredNull(plugin);
        }
        return verdict;
    }

    private PluginFailure failure(Throwable thrown) {
        return thrown instanceof PluginFailure known ? known : PluginFailure.threw(plugin, thrown);
    }
}
