package org.pinion.laws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.CommitReport;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.backend.iommufd.IommufdBackend;
import org.pinion.backend.vfio.VfioBackend;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Planned;
import org.pinion.core.plan.Planner;
import org.pinion.core.plan.Scope;
import org.pinion.core.space.PlanMaker;
import org.pinion.core.space.Space;
import org.pinion.core.space.SpaceEnvironment;
import org.pinion.linux.Kernel;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.qemu.QemuPolicy;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.IommuBackend;

/** The core on a backend, put together as the framework does it, with the shipped classifier and policies. */
final class Stack implements PlanMaker {

    static final List<String> BACKENDS = List.of("iommufd", "vfio");

    static final List<List<String>> POLICIES =
            List.of(List.of("strict"), List.of("qemu"), List.of("qemu", "strict"));

    /** The shipped policy {@code strict} that sets devices apart. */
    static final String APART = "strict-apart";

    private final SectionClassifier classifier = new SectionClassifier();

    static Space open(Kernel kernel, String backend, List<String> policies) throws IommuException {
        SpaceOptions options = new SpaceOptions("law", backend, policies);
        SpaceEnvironment environment =
                new SpaceEnvironment(new Stack(), (_, _) -> {}, () -> Duration.ofSeconds(10), _ -> {});
        return new Space(options, backend(kernel, backend).open("law"), environment);
    }

    /** Moves a space to another backend. */
    static CommitReport move(Space space, Kernel kernel, String backend) throws IommuException {
        return space.moves().run(backend, () -> backend(kernel, backend).open("law"), () -> {}, () -> true);
    }

    private static IommuBackend backend(Kernel kernel, String name) {
        return name.equals("vfio") ? new VfioBackend(kernel) : new IommufdBackend(kernel);
    }

    @Override
    public Planned plan(SpaceOptions options, BackendCapabilities capabilities, Goal goal) throws IommuException {
        List<NamedPolicy> policies =
                options.policies().stream().map(Stack::policy).toList();
        Scope scope = Scope.of(goal, policies, options);
        List<Trait> traits = new ArrayList<>();
        for (Trait trait : classifier.classify(scope.sections())) {
            traits.add(trait.signedBy("section"));
        }
        return Planner.plan(
                new PlanRequest(goal.view(), traits, goal.limits(), policies, options.backend(), capabilities),
                scope,
                options);
    }

    private static NamedPolicy policy(String name) {
        return new NamedPolicy(name, name.equals("qemu") ? new QemuPolicy() : new StrictPolicy(name.equals(APART)));
    }
}
