package org.pinion.shell.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PolicyDraft;
import org.pinion.api.runtime.PolicyDrafts;
import org.pinion.shell.report.RulesReport;

/** Plans with the policies in force and with rules that are tried out. */
public final class RulesCheck {

    private final DmaService dma;
    private final DmaRuntime runtime;
    private final PolicyDrafts drafts;

    /**
     * @param dma opens the spaces that are planned for; nothing is mapped in them
     * @param runtime knows the kernel
     * @param drafts those who try rules out; the first is asked
     * @throws IommuException if there is none
     */
    public RulesCheck(DmaService dma, DmaRuntime runtime, List<PolicyDrafts> drafts) throws IommuException {
        this.dma = dma;
        this.runtime = runtime;
        this.drafts = drafts.stream().findFirst().orElseThrow(() -> new IommuException(
                "try rules out", "no PolicyDrafts service is there", "start the bundle org.pinion.policy.rules"));
    }

    /** {@return the factory PID of the configurations that rules are} */
    public String factoryPid() {
        return drafts.factoryPid();
    }

    /**
     * Compares.
     *
     * @param file where the rules are, for messages
     * @param rules the rules, as a configuration's properties
     * @param now a name for a space, the backend, the policies in force
     * @param beside whether these policies stay beside the rules; if not, the rules stand in for the policy of their
     *     name, or for all
     * @param view the view to plan for
     * @param devices the devices to plan for
     * @return what the rules would change
     * @throws IommuException if the rules are wrong, or no plan can be made
     */
    public RulesReport compare(
            Path file,
            Map<String, Object> rules,
            SpaceOptions now,
            boolean beside,
            FlatView view,
            Collection<String> devices)
            throws IommuException {
        Plan before = plan(now, view, devices);
        try (PolicyDraft draft = drafts.open(file.toString(), rules)) {
            Plan after = plan(with(draft, now, beside), view, devices);
            return RulesReport.of(file.toString(), draft, now, runtime.kernel(), before, after);
        }
    }

    private Plan plan(SpaceOptions space, FlatView view, Collection<String> devices) throws IommuException {
        try (AddressSpace opened = dma.open(space)) {
            return opened.preview(view, devices);
        }
    }

    private static SpaceOptions with(PolicyDraft draft, SpaceOptions now, boolean beside) {
        List<String> policies = new ArrayList<>(now.policies());
        boolean replaced = policies.removeIf(policy -> policy.equals(draft.policy()));
        if (!replaced && !beside) {
            policies.clear();
        }
        policies.add(draft.name());
        return new SpaceOptions(now.name(), now.backend(), policies);
    }
}
