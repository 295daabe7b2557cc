package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.DriverParts;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.VfioDevice;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.MappedMemory;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.Particulars;

/**
 * A session in plain values, as it is handed over, and back. Whoever changes what is written here raises the version,
 * and goes on reading the versions before.
 */
final class SessionRecord {

    static final int VERSION = 1;

    private SessionRecord() {}

    static HandOver write(IommufdSession session) {
        List<OpenFile> files = new ArrayList<>();
        List<MappedMemory> memory = new ArrayList<>();
        List<Particulars> devices = new ArrayList<>();
        for (OpenDevice device : session.devices.open()) {
            DriverParts parts = device.bound().vfio().driverParts();
            memory.addAll(parts.memory());
            files.addAll(parts.files());
            files.add(new OpenFile(device.device().address(), device.bound().vfio().fd()));
            devices.add(of(device, session.devices.isAttached(device.device().address())));
        }
        // Devices first: closing one takes it out of the IOAS, and the iommufd takes along what is left.
        files.add(new OpenFile(IommuFd.PATH, session.iommu.fd()));
        Kernel kernel = session.kernel;
        return new HandOver(
                VERSION,
                new HandOver.KernelLink(kernel, kernel.closer(), kernel.unmapper()),
                memory,
                files,
                particulars(session, devices));
    }

    private static Particulars particulars(IommufdSession session, List<Particulars> devices) {
        return Particulars.of(Map.of(
                "ioas", session.mapped.id(),
                "mapsFiles", session.capabilities().routes().contains(Route.FILE),
                "charge", session.charge.name(),
                "ioctls", session.iommu.ioctls().sum(),
                "newlyPinned", session.newlyPinned,
                "mapped", mapped(session.mapped),
                "dirty", dirty(session.pageTables),
                "scratches", session.iommu.left().stream().map(SessionRecord::of).toList(),
                "devices", devices));
    }

    private static Particulars mapped(MappedIoas mapped) {
        return Particulars.of(Map.of(
                "entries", mapped.mappings(),
                "bytes", mapped.bytes(),
                "deviceBytes", mapped.bytes() - mapped.pinnableBytes(),
                "writable", mapped.writableEntries()));
    }

    private static Particulars dirty(PageTables tables) {
        return Particulars.of(Map.of(
                "tracking", tables.tracking(),
                "pending", tables.pending(),
                "tables", tables.tables().stream().map(SessionRecord::of).toList()));
    }

    private static Particulars of(PageTables.Table table) {
        return Particulars.of(Map.of("id", table.id(), "devices", List.copyOf(table.devices())));
    }

    private static Particulars of(Scratch scratch) {
        return Particulars.of(Map.of("ioas", scratch.ioas(), "pageTable", scratch.pageTable()));
    }

    private static Particulars of(OpenDevice device, boolean attached) {
        MemoryDecoding decoding = device.bound().vfio().decoding();
        return Particulars.of(Map.of(
                "device", device.device(),
                "limits", device.limits(),
                "id", device.bound().id(),
                "attached", attached,
                "decodes", decoding.on(),
                "interruptions", decoding.interruptions(),
                "driver", device.bound().vfio().driverParts().particulars()));
    }

    /** Reads everything before it makes anything of it, so that a record that is none changes nothing. */
    static IommufdSession read(Kernel kernel, String space, HandOver handOver) {
        Particulars all = handOver.particulars();
        IommuFd iommu = IommuFd.adopt(kernel, handOver.fd(IommuFd.PATH), all.number("ioctls"));
        PinningFacts.Charge charge = PinningFacts.Charge.valueOf(all.get("charge", String.class));
        IommufdSession session =
                new IommufdSession(kernel, space, iommu, (int) all.number("ioas"), all.flag("mapsFiles"), charge);
        session.newlyPinned = all.number("newlyPinned");
        readMapped(session.mapped, all.get("mapped", Particulars.class));
        readDirty(session.pageTables, all.get("dirty", Particulars.class));
        for (Particulars scratch : all.list("scratches", Particulars.class)) {
            iommu.leave(Scratch.adopt(iommu, (int) scratch.number("ioas"), (int) scratch.number("pageTable")));
        }
        for (Particulars device : all.list("devices", Particulars.class)) {
            session.devices.goOnWith(device(kernel, iommu, handOver, device), device.flag("attached"));
        }
        return session;
    }

    private static void readMapped(MappedIoas mapped, Particulars from) {
        mapped.goOnFrom(
                from.number("entries"),
                from.number("bytes"),
                from.number("deviceBytes"),
                from.list("writable", AddressRange.class));
    }

    private static void readDirty(PageTables tables, Particulars from) {
        List<PageTables.Table> known = from.list("tables", Particulars.class).stream()
                .map(table -> new PageTables.Table(
                        (int) table.number("id"), new TreeSet<>(table.list("devices", String.class))))
                .toList();
        tables.goOnFrom(known, from.flag("tracking"), from.get("pending", RangeSet.class));
    }

    private static OpenDevice device(Kernel kernel, IommuFd iommu, HandOver handOver, Particulars from) {
        HostDevice device = from.get("device", HostDevice.class);
        VfioDevice vfio = VfioDevice.of(kernel, device.address(), handOver.fd(device.address()), iommu.ioctls());
        DriverParts parts = DriverParts.read(device.address(), handOver, from.get("driver", Particulars.class));
        vfio.goOnFrom(new MemoryDecoding(from.flag("decodes"), from.number("interruptions")), parts);
        return new OpenDevice(
                device, new BoundDevice(vfio, (int) from.number("id")), from.get("limits", DeviceLimits.class));
    }
}
