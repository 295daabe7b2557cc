package org.example.vhostvdpa;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;

/** The vdpa devices of the host, as {@code /sys/bus/vdpa} shows them (drivers/vdpa/vdpa.c). */
final class VdpaBus {

    /** The driver that gives a device to user space. */
    static final String DRIVER = "vhost_vdpa";

    private static final String DEVICES = "/sys/bus/vdpa/devices";
    private static final String NODE = "vhost-vdpa-";

    private final Kernel kernel;

    VdpaBus(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * A device on the bus.
     *
     * @param name its name, such as {@code vdpa0}
     * @param driver the driver that it is bound to, empty if none
     * @param node the file that opens it; empty if it has another driver
     */
    record Entry(String name, String driver, Optional<String> node) {

        /** What can be said without opening the device, which would reset it. */
        HostDevice device() {
            return new HostDevice(name, "vdpa device" + node.map(path -> " " + path).orElse(""), -1, driver, false);
        }
    }

    List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name : kernel.list(DEVICES)) {
            String driver = kernel.linkName(DEVICES + "/" + name + "/driver").orElse("");
            entries.add(new Entry(name, driver, node(name)));
        }
        return entries;
    }

    private Optional<String> node(String name) throws IOException {
        return kernel.list(DEVICES + "/" + name).stream()
                .filter(child -> child.startsWith(NODE))
                .findFirst()
                .map(child -> "/dev/" + child);
    }

    /** Finds a device that can be opened. */
    Entry find(String operation, String name) throws IommuException {
        List<Entry> all;
        try {
            all = entries();
        } catch (IOException unreadable) {
            throw unreadable(operation, unreadable);
        }
        Entry entry = all.stream().filter(known -> known.name().equals(name)).findFirst().orElseThrow(
                () -> absent(operation, all));
        if (entry.node().isEmpty()) {
            throw otherDriver(operation, entry);
        }
        return entry;
    }

    static IommuException unreadable(String operation, IOException failure) {
        return new IommuException(operation, null, null, "the host's devices cannot be read: " + failure.getMessage(),
                "mount /sys", failure);
    }

    private static IommuException absent(String operation, List<Entry> all) {
        String there = all.isEmpty()
                ? "there is none"
                : "there are " + String.join(", ", all.stream().map(Entry::name).toList());
        return new IommuException(operation, "there is no such device on the bus vdpa; " + there,
                "make one: vdpa mgmtdev show, vdpa dev add name NAME mgmtdev MGMTDEV");
    }

    private static IommuException otherDriver(String operation, Entry entry) {
        String name = entry.name();
        String unbind = entry.driver().isEmpty()
                ? ""
                : "echo %s > /sys/bus/vdpa/drivers/%s/unbind; ".formatted(name, entry.driver());
        return new IommuException(
                operation,
                entry.driver().isEmpty() ? "it has no driver" : "the host uses it by driver " + entry.driver(),
                "modprobe vhost_vdpa; %secho %s > /sys/bus/vdpa/drivers/%s/bind".formatted(unbind, name, DRIVER));
    }
}
