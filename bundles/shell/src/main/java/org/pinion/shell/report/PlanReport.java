package org.pinion.shell.report;

import java.util.Comparator;
import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.api.Plan;

/**
 * A plan and where it was made.
 *
 * @param backend the backend that was asked for the limits
 * @param kernel the kernel the backend talks to, {@code native} or {@code emulated}
 * @param devices the devices planned for, sorted by address whatever the order they were given in
 * @param plan the plan
 */
public record PlanReport(String backend, String kernel, List<HostDevice> devices, Plan plan) {

    /** Sorts the devices. */
    public PlanReport {
        devices = devices.stream().sorted(Comparator.comparing(HostDevice::address)).toList();
    }

    /** {@return the names of the policies, joined by {@code +}} */
    String policy() {
        return String.join("+", plan.policies());
    }
}
