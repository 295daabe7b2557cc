package org.pinion.core.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;

/**
 * Asks a plugin that has just arrived about next to nothing: one that cannot even answer that is never asked for a
 * plan.
 */
final class Trial {

    private static final Section REGISTERS = new Section(
            AddressRange.ofSize(0, 0x1000), SectionKind.MMIO, Backing.NONE, Access.READ, "trial", "", Map.of());

    private final Guard guard;

    Trial(Guard guard) {
        this.guard = guard;
    }

    /**
     * @param plugin a classifier, a policy or a source; a source only has to be there
     * @throws PluginFailure if it fails
     */
    void tryOut(Plugin plugin) throws IommuException {
        Unmade.requireMade(plugin);
        if (plugin.kind().shapesPlans()) {
            tryJudge(plugin);
        }
    }

    private void tryJudge(Plugin plugin) throws IommuException {
        Watch watch = new Watch();
        guard.run("pinion-trial-" + plugin.name(), watch, () -> {
            if (plugin.kind() == PluginKind.CLASSIFIER) {
                tryClassifier(WatchedClassifier.of(plugin, watch));
            } else {
                tryPolicy(WatchedPolicy.of(plugin, watch));
            }
            return plugin;
        });
    }

    /**
     * @param backend a backend
     * @return what it found on this host
     * @throws PluginFailure if it fails
     */
    Availability probe(Plugin backend) throws IommuException {
        Unmade.requireMade(backend);
        Watch watch = new Watch();
        IommuBackend service = (IommuBackend) backend.service();
        return guard.run(
                "pinion-trial-" + backend.name(), watch, () -> BoundedCalls.watched(watch, backend, service::probe));
    }

    private static void tryClassifier(WatchedClassifier classifier) throws IommuException {
        classifier.classify(List.of(), new ArrayList<>());
        classifier.classify(List.of(REGISTERS), new ArrayList<>());
    }

    private static void tryPolicy(WatchedPolicy policy) {
        Candidate.Planning planning = new Candidate.Planning("trial", Set.of(Route.values()), "", 0x1000, List.of());
        Candidate candidate = new Candidate(REGISTERS.range(), REGISTERS, List.of(), planning);
        policy.looksAtDevices();
        policy.decide(candidate);
        policy.conflict(candidate, new Conflict(REGISTERS.range(), "reserved by the trial"));
    }
}
