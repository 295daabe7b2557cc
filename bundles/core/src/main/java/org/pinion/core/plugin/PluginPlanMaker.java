package org.pinion.core.plugin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.core.plan.Contradiction;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Planned;
import org.pinion.core.plan.Planner;
import org.pinion.core.plan.Scope;
import org.pinion.core.space.PlanMaker;
import org.pinion.spi.backend.BackendCapabilities;

/** Makes plans of what all classifiers and the required policies say, under the guard. */
public final class PluginPlanMaker implements PlanMaker {

    private static final String ASKED = "plan";

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
    public Planned plan(SpaceOptions options, BackendCapabilities capabilities, Goal goal) throws IommuException {
        String operation = "plan '" + goal.view().name() + "' for '" + options.name() + "'";
        PluginRegistry.Asked toAsk = registry.toAsk(operation, options.policies());
        List<Plugin> classifiers = toAsk.classifiers();
        List<Plugin> policies = toAsk.policies();
        Watch watch = new Watch();
        List<NamedPolicy> judges = watched(policies, watch);
        // What another service said, or this one before it changed, is never taken for what it says.
        List<List<Long>> asked = List.of(registry.editions(classifiers), registry.editions(policies));
        Optional<Scope> known = Scope.unasked(goal, asked);
        if (known.isPresent() && known.get().sections().isEmpty()) {
            // Nobody is asked, so nobody has to be guarded against.
            return Planner.plan(request(options, capabilities, goal, List.of(), judges), known.get(), asked);
        }
        try {
            Planned plan = guard.run("pinion-plan-" + options.name(), watch, () -> {
                Scope scope = known.isPresent() ? known.get() : Scope.of(goal, judges, asked);
                List<Trait> traits = traits(scope.sections(), classifiers, watch);
                return Planner.plan(request(options, capabilities, goal, traits, judges), scope, asked);
            });
            registry.succeeded(ASKED, classifiers);
            registry.succeeded(ASKED, policies);
            return plan;
        } catch (PluginFailure failure) {
            registry.failed(ASKED, failure);
            throw failure.toIommuException(operation);
        } catch (Contradiction contradiction) {
            PluginFailure failure = new PluginFailure(
                    youngest(classifiers, contradiction.by()), contradiction.getMessage(), contradiction);
            registry.failed(ASKED, failure);
            throw failure.toIommuException(operation);
        }
    }

    /** Where two cannot both be right, it is held against the one that came last: plans went well with the other. */
    private static Plugin youngest(List<Plugin> classifiers, Set<String> names) {
        return classifiers.stream()
                .filter(classifier -> names.contains(classifier.name()))
                .max(Comparator.comparingLong(Plugin::id))
                .orElseThrow();
    }

    private static PlanRequest request(
            SpaceOptions options,
            BackendCapabilities capabilities,
            Goal goal,
            List<Trait> traits,
            List<NamedPolicy> judges) {
        return new PlanRequest(goal.view(), traits, goal.limits(), judges, options.backend(), capabilities);
    }

    private static List<Trait> traits(List<Section> sections, List<Plugin> classifiers, Watch watch)
            throws IommuException {
        List<Trait> traits = new ArrayList<>();
        for (Plugin classifier : classifiers) {
            WatchedClassifier.of(classifier, watch).classify(sections, traits);
        }
        return traits;
    }

    private static List<NamedPolicy> watched(List<Plugin> policies, Watch watch) {
        List<NamedPolicy> watched = new ArrayList<>(policies.size());
        for (Plugin plugin : policies) {
            watched.add(new NamedPolicy(plugin.name(), WatchedPolicy.of(plugin, watch)));
        }
        return watched;
    }
}
