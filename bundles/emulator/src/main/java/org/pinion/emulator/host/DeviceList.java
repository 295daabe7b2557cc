package org.pinion.emulator.host;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads devices one after another and checks that they get along. */
final class DeviceList {

    private static final List<String> KNOWN = List.of("address", "model", "group", "driver", "aperture", "page-sizes",
            "dirty-tracking", "reserved", "unsafe-interrupts", "reset");
    private static final List<String> ONLY_PCI = List.of(
            "driver", "aperture", "page-sizes", "dirty-tracking", "reserved", "unsafe-interrupts", "reset");
    private static final Pattern PCI = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String NO_DRIVER = "none";

    private final Place top;
    private final Map<String, HostDevice> byAddress = new HashMap<>();

    DeviceList(Place top) {
        this.top = top;
    }

    HostDevice read(Node node, IommuDefaults iommu) {
        Keys keys = new Keys(top.in("device " + nameOf(node)), node, KNOWN);
        DeviceModel model = Values.choice(keys.place("model"), keys.get("model"), DeviceModel.values(),
                DeviceModel::text);
        String address = address(keys, model);
        HostDevice device = model.pci() ? pci(keys, address, model, iommu) : mdev(keys, address, model, iommu);
        check(device, keys);
        byAddress.put(address, device);
        return device;
    }

    /** What to call a device in messages before it is known to have a right address. */
    private String nameOf(Node node) {
        List<NodeTuple> entries = node instanceof MappingNode mapping ? mapping.getValue() : List.of();
        for (NodeTuple entry : entries) {
            boolean address = entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals("address");
            if (address && entry.getValueNode() instanceof ScalarNode value) {
                return value.getValue();
            }
        }
        return "number " + (byAddress.size() + 1);
    }

    private String address(Keys keys, DeviceModel model) {
        Node node = keys.get("address");
        String address = Values.text(keys.place("address"), node);
        Pattern form = model.pci() ? PCI : UUID;
        if (!form.matcher(address).matches()) {
            throw keys.place("address").error(node, "'%s' is no address of %s '%s'; write %s", address,
                    model.pci() ? "a" : "an mdev", model.text(),
                    model.pci() ? "DDDD:BB:DD.F in lower case, such as 0000:00:10.0" : "a UUID in lower case");
        }
        if (byAddress.containsKey(address)) {
            throw keys.place("address").error(node, "there is a device %s already", address);
        }
        return address;
    }

    private HostDevice pci(Keys keys, String address, DeviceModel model, IommuDefaults iommu) {
        String driver = keys.find("driver").map(node -> Values.text(keys.place("driver"), node)).orElse("vfio-pci");
        return new HostDevice(address, model, group(keys), driver.equals(NO_DRIVER) ? "" : driver,
                IommuDefaults.geometry(keys, iommu.geometry()), reserved(keys, iommu),
                truth(keys, "unsafe-interrupts"), truth(keys, "reset"));
    }

    private static boolean truth(Keys keys, String key) {
        return keys.find(key).map(node -> Values.truth(keys.place(key), node)).orElse(false);
    }

    private static List<ReservedRegion> reserved(Keys keys, IommuDefaults iommu) {
        List<ReservedRegion> all = new ArrayList<>(iommu.reserved());
        keys.find("reserved").ifPresent(node -> {
            for (ReservedRegion own : IommuDefaults.regions(keys.place("reserved"), node)) {
                checkFree(own.range(), iommu, keys.place("reserved"), node);
                all.add(own);
            }
        });
        return all;
    }

    private static void checkFree(IovaRange own, IommuDefaults iommu, Place place, Node node) {
        for (ReservedRegion other : iommu.reserved()) {
            if (other.range().touches(own.start(), own.last())) {
                throw place.error(node, "%s overlaps %s, which the IOMMU reserves for every device", own,
                        other.range());
            }
        }
    }

    private static HostDevice mdev(Keys keys, String address, DeviceModel model, IommuDefaults iommu) {
        for (String key : ONLY_PCI) {
            keys.find(key).ifPresent(node -> {
                throw keys.place(key).error(node, "an mdev has none: no IOMMU is in front of it");
            });
        }
        return new HostDevice(address, model, group(keys), model.text(), iommu.geometry(), List.of(), false);
    }

    private static int group(Keys keys) {
        return Values.number(keys.place("group"), keys.get("group"));
    }

    private void check(HostDevice device, Keys keys) {
        for (HostDevice other : byAddress.values()) {
            if (other.group() == device.group()) {
                checkPeers(device, other, keys);
            }
        }
    }

    private static void checkPeers(HostDevice device, HostDevice other, Keys keys) {
        Place place = keys.place("group");
        if (!device.model().pci() || !other.model().pci()) {
            throw place.error(keys.get("group"), "%d is the group of %s too; an mdev has a group of its own",
                    device.group(), other.address());
        }
        if (!device.iommu().equals(other.iommu())) {
            throw place.error(keys.get("group"), "%d is the group of %s too, which has another aperture or other page "
                    + "sizes; one IOMMU is in front of a group", device.group(), other.address());
        }
    }
}
