package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.DeviceFacts;
import org.pinion.doctor.facts.GroupFacts;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.linux.sysfs.ReservedIovas;

/** What the IOMMU groups allow: which are shared with a host driver, and which addresses are taken. */
final class GroupRules {

    private final Readiness readiness;

    private GroupRules(HostFacts host) {
        this.readiness = new Readiness(host);
    }

    static List<Finding> of(HostFacts host) {
        GroupRules rules = new GroupRules(host);
        List<GroupFacts> groups = host.groups().stream().filter(rules::hasCandidate).toList();
        List<Finding> findings = new ArrayList<>();
        groups.stream().filter(rules::isHalfBound).map(rules::notViable).forEach(findings::add);
        groups.stream().filter(group -> !Readiness.direct(group).isEmpty()).map(rules::direct).forEach(findings::add);
        findings.addAll(reserved(groups));
        return findings;
    }

    private boolean hasCandidate(GroupFacts group) {
        return readiness.candidates().stream().anyMatch(device -> device.group().getAsInt() == group.number());
    }

    private boolean isHalfBound(GroupFacts group) {
        return !readiness.intruders(group).isEmpty()
                && readiness.members(group).stream().anyMatch(DeviceFacts::boundToVfio);
    }

    private Finding notViable(GroupFacts group) {
        List<DeviceFacts> intruders = readiness.intruders(group);
        String bound = readiness.members(group).stream()
                .filter(DeviceFacts::boundToVfio)
                .map(DeviceFacts::address)
                .collect(Collectors.joining(", "));
        return Note.of(Level.WARNING, "group.not-viable", "group " + group.number())
                .found(bound + " is bound to a VFIO driver, but " + withDrivers(intruders) + " of the same group not")
                .in("/sys/kernel/iommu_groups/" + group.number() + "/devices")
                .means("the IOMMU cannot tell the devices of a group apart, so that the kernel refuses all of them"
                        + " (EPERM) while a host driver has one")
                .remedy("bind the others to vfio-pci as well, which takes them from the host",
                        intruders.stream().flatMap(device -> Binding.commands(device).stream()).toList())
                .finding();
    }

    static String withDrivers(List<DeviceFacts> devices) {
        return devices.stream()
                .map(device -> device.address() + " (" + device.driver().orElse("no driver") + ")")
                .collect(Collectors.joining(", "));
    }

    private Finding direct(GroupFacts group) {
        return Note.of(Level.WARNING, "group.direct", "group " + group.number())
                .found("the firmware demands that " + group.members() + " reach "
                        + String.join(", ", Readiness.direct(group)) + " at all times (direct; RMRR)")
                .in(group.reservedFile())
                .means("the kernel refuses to hand such a device to user space (EINVAL)")
                .remedy("switch off in the firmware's setup what uses the region (management controller, shared storage"
                        + " or network of the board, legacy USB), or take another device")
                .finding();
    }

    /** A finding for each set of regions, since most machines have the same for all groups. */
    private static List<Finding> reserved(List<GroupFacts> groups) {
        Map<String, List<GroupFacts>> byRegions = groups.stream()
                .filter(group -> !group.reserved().isEmpty())
                .collect(Collectors.groupingBy(GroupRules::regions, TreeMap::new, Collectors.toList()));
        return byRegions.entrySet().stream().map(entry -> reserved(entry.getKey(), entry.getValue())).toList();
    }

    private static Finding reserved(String regions, List<GroupFacts> groups) {
        String numbers = Words.numbers(groups.stream().map(GroupFacts::number).toList());
        return Note.of(Level.INFO, "group.reserved", (groups.size() == 1 ? "group " : "groups ") + numbers)
                .found(regions)
                .in(groups.getFirst().reservedFile() + (groups.size() == 1 ? "" : " and the others'"))
                .means("no mapping can be at these addresses; a plan carves them out"
                        + (regions.contains("direct-relaxable")
                                ? ". Those marked direct-relaxable the firmware needed while the machine started: they"
                                        + " hinder nothing"
                                : ""))
                .finding();
    }

    private static String regions(GroupFacts group) {
        return group.reserved().stream().map(GroupRules::region).collect(Collectors.joining(", "));
    }

    private static String region(ReservedIovas region) {
        return "0x%x-0x%x (%s)".formatted(region.start(), region.last(), region.type());
    }
}
