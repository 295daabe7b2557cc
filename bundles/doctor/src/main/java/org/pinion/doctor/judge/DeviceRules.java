package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.DeviceFacts;
import org.pinion.doctor.facts.GroupFacts;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.KernelPart;
import org.pinion.doctor.facts.NodeAccess;
import org.pinion.doctor.facts.Presence;
import org.pinion.linux.Errno;

/** What each device lacks before it can be used. */
final class DeviceRules {

    private final HostFacts host;
    private final Readiness readiness;

    private DeviceRules(HostFacts host) {
        this.host = host;
        this.readiness = new Readiness(host);
    }

    static List<Finding> of(HostFacts host) {
        DeviceRules rules = new DeviceRules(host);
        List<Finding> findings = new ArrayList<>();
        rules.noneReady().ifPresent(findings::add);
        rules.readiness.candidates().forEach(device -> rules.of(device).ifPresent(findings::add));
        rules.withoutGroup().ifPresent(findings::add);
        return findings;
    }

    /** Where there is no IOMMU or no interface, that is the problem, and no device could be ready. */
    private Optional<Finding> noneReady() {
        List<DeviceFacts> candidates = readiness.candidates();
        boolean otherProblem = !host.hasIommu() || !host.iommufd().opens() && !host.vfio().opens();
        if (otherProblem || !readiness.ready().isEmpty()) {
            return Optional.empty();
        }
        long bound = candidates.stream().filter(DeviceFacts::boundToVfio).count();
        Note note = Note.of(Level.PROBLEM, "devices.none-ready", "devices");
        return Optional.of(bound == 0
                ? note.found("no device is bound to a VFIO driver; " + candidates.size() + " could be")
                        .means("devices belong to the drivers of the host until they are handed over")
                        .remedy(candidates.isEmpty()
                                ? "add a PCI device to the machine"
                                : "bind one that the host can do without, as said below for each (device.unbound)")
                        .finding()
                : note.found("of " + Words.count(bound, "device") + " bound to a VFIO driver none can be used")
                        .means("each has a hindrance of its own")
                        .remedy("see the warnings about devices and groups below")
                        .finding());
    }

    private Optional<Finding> of(DeviceFacts device) {
        if (!device.boundToVfio()) {
            return Optional.of(unbound(device));
        } else if (readiness.ready(device)) {
            return Optional.of(ready(device));
        } else if (!readiness.reachable(device)) {
            return Optional.of(unreachable(device));
        }
        return Optional.empty();
    }

    private Finding ready(DeviceFacts device) {
        return Note.of(Level.OK, "device.ready", device.address())
                .found(inWords(device) + ": can be attached")
                .in(device.cdev().map(NodeAccess::path).orElse(""))
                .finding();
    }

    private Finding unreachable(DeviceFacts device) {
        Note note = Note.of(Level.WARNING, "device.node", device.address());
        Optional<NodeAccess> refused = refused(device);
        if (refused.isEmpty()) {
            return note.found(inWords(device) + ": it has no file in /dev/vfio")
                    .means("without a file it cannot be opened")
                    .remedy(host.container().isPresent()
                            ? "give the container its file: docker run --device /dev/vfio/" + device.group().getAsInt()
                            : "let devtmpfs or udev make the file of group " + device.group().getAsInt())
                    .finding();
        }
        NodeAccess node = refused.get();
        Remedy remedy = remedy(device, node);
        return note.found(inWords(device) + ": " + node.path() + " " + NodeRemedies.words(node.refusal().orElseThrow()))
                .in(node.path())
                .means("the device cannot be attached by " + host.user())
                .remedy(remedy.words(), remedy.commands())
                .finding();
    }

    private Remedy remedy(DeviceFacts device, NodeAccess node) {
        if (node.refusedWith(Errno.ENOENT)) {
            return ContainerRules.pass(node.path());
        }
        return node.refusedWith(Errno.EACCES)
                ? NodeRemedies.permission(host, forbidden(device))
                : NodeRemedies.of(host, node, Optional.empty());
    }

    private List<String> forbidden(DeviceFacts device) {
        return Stream.concat(device.cdev().stream(), host.groupOf(device).flatMap(GroupFacts::node).stream())
                .filter(node -> node.refusedWith(Errno.EACCES))
                .map(NodeAccess::path)
                .toList();
    }

    /** The file that stands in the way: of the interface that can be opened, else of any. */
    private Optional<NodeAccess> refused(DeviceFacts device) {
        Optional<NodeAccess> cdev = device.cdev().filter(node -> !node.opens());
        Optional<NodeAccess> group = host.groupOf(device).flatMap(GroupFacts::node).filter(node -> !node.opens());
        return host.iommufd().opens() ? cdev.or(() -> group) : group.or(() -> cdev);
    }

    private Finding unbound(DeviceFacts device) {
        List<DeviceFacts> all = new ArrayList<>(List.of(device));
        others(device).stream()
                .filter(other -> !other.bridge() && !other.boundToVfio() && other.driver().isPresent())
                .forEach(all::add);
        boolean taken = all.stream().anyMatch(member -> member.driver().isPresent());
        return Note.of(Level.INFO, "device.unbound", device.address())
                .found(inWords(device))
                .in("/sys/bus/pci/devices/" + device.address())
                .means("devices of the host; to attach one, bind it to vfio-pci"
                        + (taken ? ", which takes it from the host: let go of its disks and networks first" : ""))
                .remedy(all.size() == 1 ? "bind it" : "bind it and the others of its group", bind(all))
                .finding();
    }

    private List<String> bind(List<DeviceFacts> devices) {
        List<String> commands = new ArrayList<>();
        if (host.kernel().presence(KernelPart.VFIO_PCI) != Presence.THERE) {
            commands.add("modprobe vfio-pci");
        }
        devices.forEach(device -> commands.addAll(Binding.commands(device)));
        return commands;
    }

    private String inWords(DeviceFacts device) {
        List<DeviceFacts> others = others(device);
        return device.description() + ", " + device.driver().map(name -> "driver " + name).orElse("no driver")
                + ", group " + device.group().getAsInt()
                + (others.isEmpty() ? "" : " shared with " + GroupRules.withDrivers(others));
    }

    private List<DeviceFacts> others(DeviceFacts device) {
        return host.groupOf(device).stream()
                .flatMap(group -> readiness.members(group).stream())
                .filter(member -> !member.address().equals(device.address()))
                .toList();
    }

    private Optional<Finding> withoutGroup() {
        List<String> without = host.devices().stream()
                .filter(device -> !device.bridge() && device.group().isEmpty())
                .map(DeviceFacts::address)
                .toList();
        return without.isEmpty() || !host.hasIommu() ? Optional.empty() : Optional.of(
                Note.of(Level.INFO, "device.no-group", Words.count(without.size(), "device"))
                        .found(without.stream().collect(Collectors.joining(", ")) + ": in no IOMMU group")
                        .means("no IOMMU translates for them, so that they cannot be handed to user space")
                        .finding());
    }
}
