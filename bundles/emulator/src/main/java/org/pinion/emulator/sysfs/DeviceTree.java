package org.pinion.emulator.sysfs;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.pci.PciIdentity;

/** Writes what sysfs has of a device and of its IOMMU group. */
final class DeviceTree {

    private static final int VFIO_MAJOR = 511;
    private static final String MDEV_TYPE = "/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1";
    private static final int RESOURCES = 13;
    private static final String GROUPS = "/sys/kernel/iommu_groups/";

    private final Tree tree;

    DeviceTree(Tree tree) {
        this.tree = tree;
    }

    /** Adds a device; {@code name} is that of its VFIO character device, if it has one. */
    void add(HostDevice device, Optional<String> name) throws IOException {
        boolean pci = device.model().pci();
        String home = pci ? "/sys/devices/pci0000:00/" + device.address()
                : "/sys/devices/virtual/mtty/mtty/" + device.address();
        String bus = pci ? "/sys/bus/pci" : "/sys/bus/mdev";
        tree.directory(home);
        tree.link(bus + "/devices/" + device.address(), home);
        tree.link(home + "/subsystem", bus);
        driver(device, bus, home);
        if (pci) {
            pciFiles(device, home);
        } else {
            tree.directory(MDEV_TYPE);
            tree.link(home + "/mdev_type", MDEV_TYPE);
        }
        tree.link(home + "/iommu_group", GROUPS + device.group());
        tree.link(GROUPS + device.group() + "/devices/" + device.address(), home);
        if (name.isPresent()) {
            characterDevice(name.get(), home);
        }
    }

    private void driver(HostDevice device, String bus, String home) throws IOException {
        if (!device.driver().isEmpty()) {
            String driver = bus + "/drivers/" + device.driver();
            tree.directory(driver);
            tree.link(home + "/driver", driver);
            tree.link(driver + "/" + device.address(), home);
        }
    }

    private void pciFiles(HostDevice device, String home) throws IOException {
        PciIdentity identity = PciIdentity.of(device.model());
        tree.file(home + "/vendor", "0x%04x\n".formatted(identity.vendor()));
        tree.file(home + "/device", "0x%04x\n".formatted(identity.device()));
        tree.file(home + "/subsystem_vendor", "0x%04x\n".formatted(identity.vendor()));
        tree.file(home + "/subsystem_device", "0x%04x\n".formatted(identity.device()));
        tree.file(home + "/class", "0x%06x\n".formatted(identity.classCode()));
        tree.file(home + "/revision", "0x%02x\n".formatted(identity.revision()));
        tree.file(home + "/resource", "0x%016x 0x%016x 0x%016x\n".formatted(0, 0, 0).repeat(RESOURCES));
        tree.file(home + "/driver_override", device.driver().equals("vfio-pci") ? "vfio-pci\n" : "(null)\n");
    }

    /** Adds what sysfs has of a group beside its devices. */
    void addGroup(int number, List<HostDevice> devices) throws IOException {
        boolean translated = devices.stream().anyMatch(device -> device.model().pci());
        tree.file(GROUPS + number + "/type", translated ? "DMA\n" : "unknown\n");
        String regions = devices.stream().flatMap(device -> device.reserved().stream()).distinct()
                .sorted(Comparator.comparing(region -> region.range().start(), Long::compareUnsigned))
                .map(DeviceTree::line).collect(Collectors.joining());
        tree.file(GROUPS + number + "/reserved_regions", regions);
    }

    private static String line(ReservedRegion region) {
        return "0x%016x 0x%016x %s\n".formatted(region.range().start(), region.range().last(), region.type().text());
    }

    private void characterDevice(String name, String home) throws IOException {
        String minor = name.substring("vfio".length());
        tree.file(home + "/vfio-dev/" + name + "/dev", "%d:%s\n".formatted(VFIO_MAJOR, minor));
        tree.link("/sys/class/vfio-dev/" + name, home + "/vfio-dev/" + name);
        tree.file("/dev/vfio/devices/" + name, "");
    }
}
