package org.pinion.doctor;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.pinion.api.DmaService;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.HostExaminer;
import org.pinion.doctor.facts.DeviceFacts;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.NodeAccess;
import org.pinion.doctor.judge.Judgement;
import org.pinion.doctor.judge.Readiness;
import org.pinion.linux.Kernel;

/** Examines the host behind a {@link Kernel}, the machine's or an emulated one. */
@Component
public final class Doctor implements HostExaminer {

    private final Kernel kernel;

    // Limits come from backends; all else is in files.
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile DmaService dma;

    /**
     * @param kernel whose host
     */
    @Activate
    public Doctor(@Reference Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public List<Finding> examine() {
        HostFacts host = HostFacts.read(kernel, System.getProperty("user.name"));
        List<DeviceFacts> ready = new Readiness(host).ready();
        List<Finding> limits = ready.stream()
                .filter(device -> !device.mediated())
                .map(device -> limits(device, backend(host, device)))
                .toList();
        List<Finding> findings = new ArrayList<>(Judgement.of(host));
        if (!limits.isEmpty() && limits.size() == ready.size() && limits.stream().allMatch(LimitsQuery::refused)) {
            findings.add(LimitsQuery.allRefused(limits.getFirst()));
        }
        findings.addAll(limits);
        return List.copyOf(findings);
    }

    private static String backend(HostFacts host, DeviceFacts device) {
        boolean byCdev = host.iommufd().opens() && device.cdev().filter(NodeAccess::opens).isPresent();
        return byCdev ? "iommufd" : "vfio";
    }

    private Finding limits(DeviceFacts device, String backend) {
        DmaService service = dma;
        return service == null
                ? LimitsQuery.notAsked(device.address(), "no DmaService is there")
                : new LimitsQuery(service, backend).ask(device.address());
    }
}
