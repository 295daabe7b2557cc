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
        List<HostDevice> chosen =
                hosts.stream().filter(host -> devices.contains(host.address())).toList();
        return new PlanReport(backend, services.runtime().kernel(), chosen, plan);
    }
}
