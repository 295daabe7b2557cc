package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;

/** All that follows from the facts about a host. */
public final class Judgement {

    private Judgement() {}

    /**
     * @param host what is known
     * @return what follows from it, what matters most first within each topic
     */
    public static List<Finding> of(HostFacts host) {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(KernelRules.of(host));
        findings.add(IommuRules.of(host));
        findings.addAll(NodeRules.of(host));
        findings.addAll(ContainerRules.of(host));
        findings.addAll(MemoryRules.of(host));
        findings.addAll(ParameterRules.of(host));
        findings.addAll(GroupRules.of(host));
        findings.addAll(DeviceRules.of(host));
        host.unreadable().forEach(file -> findings.add(Note.of(Level.INFO, "file.unreadable", file.path())
                .found("cannot be read: " + file.why())
                .in(file.path())
                .means("what it would have told is not known here")
                .remedy("run the doctor as a user who may read it")
                .finding()));
        return List.copyOf(findings);
    }
}
