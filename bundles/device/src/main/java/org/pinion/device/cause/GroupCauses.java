package org.pinion.device.cause;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pinion.api.ReservedRegion;
import org.pinion.device.host.GroupFacts;

/**
 * Why an IOMMU group cannot be given away, as far as {@code /sys} shows it: the checks of {@code
 * iommu_device_claim_dma_owner} in drivers/iommu/iommu.c, whichever way the group is asked for.
 *
 * @param facts what is known about the device and its group
 */
public record GroupCauses(GroupFacts facts) {

    /** {@return which members' drivers keep the group for the host; empty if none does} */
    public Optional<Cause> usedByHost() {
        List<GroupFacts.Member> host =
                facts.members().stream().filter(GroupFacts.Member::usedByHost).toList();
        return host.isEmpty()
                ? Optional.empty()
                : Optional.of(new Cause(
                        group() + " is in use by the host: "
                                + host.stream()
                                        .map(member -> member.address() + " has driver " + member.driver())
                                        .collect(Collectors.joining(", ")),
                        "bind every device of the group to vfio-pci, or unbind it"));
    }

    /** {@return which addresses the firmware uses through the device; empty if none} */
    public Optional<Cause> usedByFirmware() {
        List<ReservedRegion> direct = facts.reserved().stream()
                .filter(region -> region.type().equals("direct"))
                .toList();
        return direct.isEmpty()
                ? Optional.empty()
                : Optional.of(new Cause(
                        "the firmware itself uses the device at "
                                + direct.stream()
                                        .map(region -> region.range().toString())
                                        .collect(Collectors.joining(", "))
                                + " (reserved region of type direct, an RMRR), so it cannot be given away",
                        "switch that use off in the firmware's setup, or take another device"));
    }

    /**
     * @param parameter the module's parameter that accepts interrupts that are not isolated
     * @return that another user of VFIO has the group, or that interrupts are not isolated, whichever can be
     */
    public Cause ownedOrNotIsolated(String parameter) {
        String owned = group() + " belongs to another user of VFIO (another address space or process)" + held();
        return facts.unsafeInterrupts()
                ? new Cause(owned, "detach the group's devices there, or attach them all to one address space")
                : new Cause(
                        "the platform does not isolate the device's interrupts, or " + owned,
                        "if nobody else uses the group and its devices are trusted: echo Y > " + parameter);
    }

    /** {@return the group, for a sentence} */
    public String group() {
        return "IOMMU group " + facts.group() + " of " + facts.device();
    }

    /** {@return half a sentence such as {@code , by process 4711}; empty if nobody is seen} */
    public String held() {
        return facts.holders().isEmpty() ? "" : ", by " + facts.holders();
    }
}
