package org.example.vhostvdpa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.KernelLink;
import org.pinion.spi.backend.HandOver.MappedMemory;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.Particulars;

/** A session in plain values, as it is handed over, and back. Whoever changes what is written raises the version. */
final class SessionRecord {

    static final int VERSION = 1;

    private SessionRecord() {}

    /** A device's own pages are closed after it: it reaches them for as long as it is open. */
    static HandOver write(Kernel kernel, SessionDevices devices, List<Mapping> table, long calls, long newlyPinned) {
        List<OpenFile> nodes = new ArrayList<>();
        List<OpenFile> files = new ArrayList<>();
        List<MappedMemory> memory = new ArrayList<>();
        List<Particulars> each = new ArrayList<>();
        for (VdpaDevice device : devices.learned()) {
            nodes.add(new OpenFile(device.name(), device.node().fd()));
            each.add(of(device, false));
        }
        for (VdpaDevice device : devices.attached()) {
            nodes.add(new OpenFile(device.name(), device.node().fd()));
            files.add(new OpenFile(pages(device.name()), device.own().fd()));
            memory.add(new MappedMemory(pages(device.name()), device.own().memory()));
            each.add(of(device, true));
        }
        nodes.addAll(files);
        return new HandOver(
                VERSION,
                new KernelLink(kernel, kernel.closer(), kernel.unmapper()),
                memory,
                nodes,
                Particulars.of(Map.of(
                        "table", List.copyOf(table), "calls", calls, "newlyPinned", newlyPinned, "devices", each)));
    }

    private static String pages(String device) {
        return "pages of " + device;
    }

    private static Particulars of(VdpaDevice device, boolean attached) {
        Learned learned = device.learned();
        return Particulars.of(Map.of(
                "name", device.name(),
                "driver", device.entry().driver(),
                "node", device.node().path(),
                "kind", learned.kind(),
                "range", learned.range(),
                "features", learned.features(),
                "pins", learned.pins(),
                "attached", attached));
    }

    /**
     * Goes on from a record. The kernel is asked nothing, and there is nothing to be undone if that fails.
     *
     * @throws IllegalArgumentException if something is missing
     */
    static VhostVdpaSession read(Kernel kernel, String space, HandOver handOver) throws IommuException {
        Particulars all = handOver.particulars();
        VhostVdpaSession session = new VhostVdpaSession(kernel, new VdpaBus(kernel), space);
        session.goOnFrom(all.list("table", Mapping.class), all.number("calls"), all.number("newlyPinned"));
        for (Particulars from : all.list("devices", Particulars.class)) {
            read(kernel, session, handOver, from);
        }
        return session;
    }

    private static void read(Kernel kernel, VhostVdpaSession session, HandOver handOver, Particulars from)
            throws IommuException {
        String name = from.get("name", String.class);
        VdpaBus.Entry entry = new VdpaBus.Entry(
                name, from.get("driver", String.class), Optional.of(from.get("node", String.class)));
        Learned learned = new Learned(
                (int) from.number("kind"),
                from.get("range", AddressRange.class),
                kernel.pageSize(),
                from.number("features"),
                from.flag("pins"));
        if (from.flag("attached")) {
            OwnPages pages = OwnPages.adopt(
                    kernel, handOver.fd(pages(name)), handOver.segment(pages(name)), learned.own());
            session.goOnWith(entry, handOver.fd(name), learned, pages);
        } else {
            session.goOnWith(entry, handOver.fd(name), learned);
        }
    }
}
