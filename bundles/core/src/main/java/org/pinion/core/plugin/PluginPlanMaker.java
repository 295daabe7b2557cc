package org.pinion.core.plugin;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Planner;
import org.pinion.core.space.PlanMaker;
import org.pinion.spi.backend.BackendCapabilities;

/** Makes plans of what all classifiers and the required policies say, under the guard. */
public final class PluginPlanMaker implements PlanMaker {

    private final PluginRegistry registry;
    private final Guard guard;

    /**
     * @param registry knows the plugins
     * @param guard runs what asks them
     */
    public PluginPlanMaker(PluginRegistry registry, Guard guard) {
        this.registry = registry;
        this.guard = guard;
    }

    @Override
    public Plan plan(SpaceOptions options, BackendCapabilities capabilities, FlatView view, IovaLimits limits)
            throws IommuException {
        String operation = "plan '" + view.name() + "' for '" + options.name() + "'";
        List<Plugin> classifiers = registry.inUse(PluginKind.CLASSIFIER);
        List<Plugin> policies = new ArrayList<>();
        for (String name : options.policies()) {
            policies.add(registry.require(PluginKind.POLICY, name, operation));
        }
        Watch watch = new Watch();
        try {
            Plan plan = guard.run("pinion-plan-" + options.name(), watch, () -> {
                List<Trait> traits = traits(view, classifiers, watch);
                return Planner.plan(new PlanRequest(
                        view, traits, limits, watched(policies, watch), options.backend(), capabilities));
            });
            registry.succeeded(classifiers);
            registry.succeeded(policies);
            return plan;
        } catch (PluginFailure failure) {
            registry.failed(failure);
            throw failure.toIommuException(operation);
        }
    }

    private static List<Trait> traits(FlatView view, List<Plugin> classifiers, Watch watch) throws IommuException {
        List<Trait> traits = new ArrayList<>();
        for (Plugin classifier : classifiers) {
            WatchedClassifier.of(classifier, watch).classify(view.sections(), traits);
        }
        return traits;
    }

    private static List<NamedPolicy> watched(List<Plugin> policies, Watch watch) {
        return policies.stream()
                .map(plugin -> new NamedPolicy(plugin.name(), WatchedPolicy.of(plugin, watch)))
                .toList();
    }
}
