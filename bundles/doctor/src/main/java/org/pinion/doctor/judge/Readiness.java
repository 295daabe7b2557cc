package org.pinion.doctor.judge;

import java.util.List;
import java.util.Set;
import org.pinion.doctor.facts.DeviceFacts;
import org.pinion.doctor.facts.GroupFacts;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.NodeAccess;

/** Which devices can be used as things are. */
public final class Readiness {

    /** Drivers that let a group be used although they are no drivers of VFIO: they do no DMA of their own. */
    private static final Set<String> HARMLESS = Set.of("pci-stub", "pcieport");

    private final HostFacts host;

    /**
     * @param host what is known
     */
    public Readiness(HostFacts host) {
        this.host = host;
    }

    /** {@return the devices that this user can attach as things are} */
    public List<DeviceFacts> ready() {
        return candidates().stream().filter(this::ready).toList();
    }

    /** The devices that VFIO could have: no bridges, and nothing without a group. */
    List<DeviceFacts> candidates() {
        return host.devices().stream()
                .filter(device -> !device.bridge() && device.group().isPresent())
                .filter(device -> device.mediated() || host.groupOf(device).filter(GroupFacts::translated).isPresent())
                .toList();
    }

    boolean ready(DeviceFacts device) {
        return device.boundToVfio() && reachable(device) && host.groupOf(device).stream()
                .allMatch(group -> intruders(group).isEmpty() && direct(group).isEmpty());
    }

    /** Whether one of the kernel's two interfaces lets this user at a device. */
    boolean reachable(DeviceFacts device) {
        boolean byCdev = host.iommufd().opens() && device.cdev().filter(NodeAccess::opens).isPresent();
        boolean byGroup = host.vfio().opens()
                && host.groupOf(device).flatMap(GroupFacts::node).filter(NodeAccess::opens).isPresent();
        return byCdev || byGroup;
    }

    /** The members of a group whose drivers keep it from being used. */
    List<DeviceFacts> intruders(GroupFacts group) {
        return members(group).stream()
                .filter(member -> !member.boundToVfio())
                .filter(member -> member.driver().filter(name -> !HARMLESS.contains(name)).isPresent())
                .toList();
    }

    List<DeviceFacts> members(GroupFacts group) {
        return group.members().stream().flatMap(address -> host.device(address).stream()).toList();
    }

    /** The regions that the firmware insists on, in the words of the kernel's file. */
    static List<String> direct(GroupFacts group) {
        return group.reserved().stream()
                .filter(region -> region.type().equals("direct"))
                .map(region -> "0x%x-0x%x".formatted(region.start(), region.last()))
                .toList();
    }
}
