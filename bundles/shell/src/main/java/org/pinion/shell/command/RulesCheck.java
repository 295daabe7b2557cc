package org.pinion.shell.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.PolicyDraft;
import org.pinion.api.runtime.PolicyDrafts;
import org.pinion.shell.report.RulesReport;

/** Plans with the policies in force and with rules that are tried out. */
final class RulesCheck {

    private final Services services;
    private final SpaceOptions options;
    private final boolean beside;

    /**
     * @param services what there is
     * @param options a name for a space, the backend, the policies in force
     * @param beside whether these policies stay beside the rules
     */
    RulesCheck(Services services, SpaceOptions options, boolean beside) {
        this.services = services;
        this.options = options;
        this.beside = beside;
    }

    /**
     * @param services what there is
     * @return the service that tries rules out
     * @throws IommuException if there is none
     */
    static PolicyDrafts drafts(Services services) throws IommuException {
        return services.drafts().get().stream().findFirst().orElseThrow(() -> new IommuException(
                "try rules out", "no PolicyDrafts service is there", "start the bundle org.pinion.policy.rules"));
    }

    /**
     * Compares.
     *
     * @param file where the rules are, for messages
     * @param rules the rules, as a configuration's properties
     * @param view the view to plan for
     * @param devices the devices to plan for
     * @return what the rules would change
     * @throws IommuException if the rules are wrong, or no plan can be made
     */
    RulesReport of(Path file, Map<String, Object> rules, FlatView view, Collection<String> devices)
            throws IommuException {
        Plan before = plan(options, view, devices);
        try (PolicyDraft draft = drafts(services).open(file.toString(), rules)) {
            Plan after = plan(with(draft), view, devices);
            return RulesReport.of(
                    file.toString(), draft, options, services.runtime().kernel(), before, after);
        }
    }

    private Plan plan(SpaceOptions space, FlatView view, Collection<String> devices) throws IommuException {
        try (AddressSpace opened = services.dma().open(space)) {
            return opened.preview(view, devices);
        }
    }

    private SpaceOptions with(PolicyDraft draft) {
        List<String> policies = new ArrayList<>(options.policies());
        boolean replaced = policies.removeIf(policy -> policy.equals(draft.policy()));
        if (!replaced && !beside) {
            policies.clear();
        }
        policies.add(draft.name());
        return new SpaceOptions(options.name(), options.backend(), policies);
    }
}
