package org.pinion.emulator.sysfs;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.pci.PciIdentity;

/** Writes what sysfs has of a device and of its IOMMU group. */
final class DeviceTree {

    private static final int VFIO_MAJOR = 511;
    private static final int VFIO_GROUP_MAJOR = 510;
    private static final String MDEV_TYPE = "/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1";
    private static final int RESOURCES = 13;
    private static final long FIRST_ADDRESS = 0xc0000000L;

    /** IORESOURCE_MEM and IORESOURCE_SIZEALIGN (include/linux/ioport.h). */
    private static final long MEMORY_RESOURCE = 0x40200;
    private static final String GROUPS = "/sys/kernel/iommu_groups/";

    private final Tree tree;
    private long nextAddress = FIRST_ADDRESS;

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
        tree.file(home + "/resource", resources(identity.bars()));
        tree.file(home + "/driver_override", device.driver().equals("vfio-pci") ? "vfio-pci\n" : "(null)\n");
    }

    /** A line each for BARs, the ROM and bridge windows: first address, last address, flags. */
    private String resources(Map<Integer, Long> bars) {
        StringBuilder lines = new StringBuilder();
        for (int index = 0; index < RESOURCES; index++) {
            long size = bars.getOrDefault(index, 0L);
            long start = size == 0 ? 0 : place(size);
            long last = size == 0 ? 0 : start + size - 1;
            lines.append("0x%016x 0x%016x 0x%016x\n".formatted(start, last, size == 0 ? 0 : MEMORY_RESOURCE));
        }
        return lines.toString();
    }

    /** An address that is a multiple of the size, as BARs are placed. */
    private long place(long size) {
        long start = (nextAddress + size - 1) & -size;
        nextAddress = start + size;
        return start;
    }

    /** Adds what sysfs has of a group beside its devices. */
    void addGroup(int number, List<HostDevice> devices) throws IOException {
        boolean translated = devices.stream().anyMatch(device -> device.model().pci());
        tree.file(GROUPS + number + "/type", translated ? "DMA\n" : "unknown\n");
        String regions = devices.stream().flatMap(device -> device.reserved().stream()).distinct()
                .sorted(Comparator.comparing(region -> region.range().start(), Long::compareUnsigned))
                .map(DeviceTree::line).collect(Collectors.joining());
        tree.file(GROUPS + number + "/reserved_regions", regions);
        if (devices.stream().anyMatch(HostDevice::vfio)) {
            groupDevice(number);
        }
    }

    private static String line(ReservedRegion region) {
        return "0x%016x 0x%016x %s\n".formatted(region.range().start(), region.range().last(), region.type().text());
    }

    /** The group's own file, which there is if VFIO drives one of its devices. */
    private void groupDevice(int number) throws IOException {
        String home = "/sys/devices/virtual/vfio/" + number;
        tree.file(home + "/dev", "%d:%d\n".formatted(VFIO_GROUP_MAJOR, number));
        tree.link("/sys/class/vfio/" + number, home);
        tree.file("/dev/vfio/" + number, "");
    }

    private void characterDevice(String name, String home) throws IOException {
        String minor = name.substring("vfio".length());
        tree.file(home + "/vfio-dev/" + name + "/dev", "%d:%s\n".formatted(VFIO_MAJOR, minor));
        tree.link("/sys/class/vfio-dev/" + name, home + "/vfio-dev/" + name);
        tree.file("/dev/vfio/devices/" + name, "");
    }
}
