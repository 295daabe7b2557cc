package org.pinion.shell.command;

import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.shell.report.PlanReport;

/** Puts plans together with where they were made. */
final class Reports {

    private Reports() {}

    static PlanReport plan(Services services, String backend, List<String> devices, Plan plan) throws IommuException {
        // Asked only if needed: a plan for no device needs none to be listed.
        List<HostDevice> hosts = devices.isEmpty() ? List.of() : services.dma().devices(backend);
        List<HostDevice> chosen = devices.stream().map(device -> find(device, hosts)).toList();
        return new PlanReport(backend, services.runtime().kernel(), chosen, plan);
    }

    // A device that was pulled after the plan was made still belongs to the plan.
    private static HostDevice find(String device, List<HostDevice> hosts) {
        return hosts.stream()
                .filter(host -> host.address().equals(device))
                .findFirst()
                .orElseGet(() -> new HostDevice(device, "no longer there", -1, "", false));
    }
}
