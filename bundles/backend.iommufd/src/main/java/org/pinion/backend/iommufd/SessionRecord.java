package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.Mapping;
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

    static final int VERSION = 2;

    // The ids of an iommufd's objects begin at 1.
    private static final int NOWHERE = 0;

    private SessionRecord() {}

    static HandOver write(IommufdSession session) {
        return write(session, session.devices.open(), device -> device.bound().vfio().driverParts());
    }

    /** For another process, in which drivers begin anew: what they have mapped and wait for ends with this one. */
    static HandOver lasting(IommufdSession session, Set<String> leaving) {
        List<OpenDevice> staying = session.devices.open().stream()
                .filter(device -> !leaving.contains(device.device().address()))
                .filter(device -> session.devices.placeOf(device.device().address()) != null)
                .toList();
        return write(session, staying, device -> new DriverParts(device.device().address(), List.of(), Map.of()));
    }

    private static HandOver write(
            IommufdSession session, Collection<OpenDevice> open, Function<OpenDevice, DriverParts> driver) {
        List<OpenFile> files = new ArrayList<>();
        List<MappedMemory> memory = new ArrayList<>();
        List<Particulars> devices = new ArrayList<>();
        for (OpenDevice device : open) {
            DriverParts parts = driver.apply(device);
            memory.addAll(parts.memory());
            files.addAll(parts.files());
            files.add(new OpenFile(device.device().address(), device.bound().vfio().fd()));
            devices.add(of(device, parts, session.devices.placeOf(device.device().address())));
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
                "options", Particulars.of(Map.of(
                        "charge", session.options.charge().name(), "hugePages", session.options.hugePages())),
                "ioctls", session.iommu.ioctls().sum(),
                "newlyPinned", session.newlyPinned,
                "mapped", mapped(session.mapped),
                "dirty", dirty(session.pageTables),
                "scratches", session.iommu.left().stream().map(SessionRecord::of).toList(),
                "apart", Particulars.of(Map.of(
                        "spaces", session.apart.all().stream().map(SessionRecord::of).toList(),
                        "astray", List.copyOf(session.devices.astray()))),
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
        return Particulars.of(
                Map.of("id", table.id(), "ioas", table.in().id(), "devices", List.copyOf(table.devices())));
    }

    private static Particulars of(ApartSpace apart) {
        return Particulars.of(Map.of(
                "ioas", apart.ioas().id(),
                "limits", apart.limits(),
                "entries", apart.entries(),
                "devices", List.copyOf(apart.devices())));
    }

    private static Particulars of(Scratch scratch) {
        return Particulars.of(Map.of("ioas", scratch.ioas(), "pageTable", scratch.pageTable()));
    }

    private static Particulars of(OpenDevice device, DriverParts driver, MappedIoas place) {
        MemoryDecoding decoding = device.bound().vfio().decoding();
        return Particulars.of(Map.of(
                "device", device.device(),
                "limits", device.limits(),
                "id", device.bound().id(),
                "attached", place != null,
                "ioas", place == null ? NOWHERE : place.id(),
                "pinsAside", device.pinsAside(),
                "decodes", decoding.on(),
                "interruptions", decoding.interruptions(),
                "driver", driver.particulars()));
    }

    /** Reads everything before it makes anything of it, so that a record that is none changes nothing. */
    static IommufdSession read(Kernel kernel, String space, HandOver handOver) {
        Particulars all = handOver.particulars();
        IommuFd iommu = IommuFd.adopt(kernel, handOver.fd(IommuFd.PATH), all.number("ioctls"));
        SessionOptions options = options(all.get("options", Particulars.class));
        IommufdSession session =
                new IommufdSession(kernel, space, iommu, (int) all.number("ioas"), all.flag("mapsFiles"), options);
        session.newlyPinned = all.number("newlyPinned");
        readMapped(session.mapped, all.get("mapped", Particulars.class));
        Places places = new Places(session);
        readApart(session, iommu, all.get("apart", Particulars.class));
        readDirty(session.pageTables, places, all.get("dirty", Particulars.class));
        for (Particulars scratch : all.list("scratches", Particulars.class)) {
            iommu.leave(Scratch.adopt(iommu, (int) scratch.number("ioas"), (int) scratch.number("pageTable")));
        }
        for (Particulars device : all.list("devices", Particulars.class)) {
            MappedIoas place = device.flag("attached") ? places.of(device) : null;
            session.devices.goOnWith(device(kernel, iommu, handOver, device), place);
        }
        return session;
    }

    private static SessionOptions options(Particulars from) {
        return new SessionOptions(
                from.flag("hugePages"), PinningFacts.Charge.valueOf(from.get("charge", String.class)));
    }

    /** Finds the IOAS that something of a record is about. */
    private record Places(IommufdSession session) {

        MappedIoas of(Particulars from) {
            int id = (int) from.number("ioas");
            return session.apart.all().stream()
                    .map(ApartSpace::ioas)
                    .filter(ioas -> ioas.id() == id)
                    .findFirst()
                    .orElse(session.mapped);
        }
    }

    private static void readApart(IommufdSession session, IommuFd iommu, Particulars from) {
        session.devices.astray().addAll(from.list("astray", String.class));
        for (Particulars known : from.list("spaces", Particulars.class)) {
            session.apart.goOnWith(
                    Scratch.adopt(iommu, (int) known.number("ioas"), NOWHERE),
                    known.get("limits", DeviceLimits.class),
                    known.list("entries", Mapping.class),
                    known.list("devices", String.class));
        }
    }

    private static void readMapped(MappedIoas mapped, Particulars from) {
        mapped.goOnFrom(
                from.number("entries"),
                from.number("bytes"),
                from.number("deviceBytes"),
                from.list("writable", AddressRange.class));
    }

    private static void readDirty(PageTables tables, Places places, Particulars from) {
        List<PageTables.Table> known = from.list("tables", Particulars.class).stream()
                .map(table -> new PageTables.Table(
                        (int) table.number("id"),
                        places.of(table),
                        new TreeSet<>(table.list("devices", String.class))))
                .toList();
        tables.goOnFrom(known, from.flag("tracking"), from.get("pending", RangeSet.class));
    }

    private static OpenDevice device(Kernel kernel, IommuFd iommu, HandOver handOver, Particulars from) {
        HostDevice device = from.get("device", HostDevice.class);
        VfioDevice vfio = VfioDevice.of(kernel, device.address(), handOver.fd(device.address()), iommu.ioctls());
        DriverParts parts = DriverParts.read(device.address(), handOver, from.get("driver", Particulars.class));
        vfio.goOnFrom(new MemoryDecoding(from.flag("decodes"), from.number("interruptions")), parts);
        return new OpenDevice(
                device,
                new BoundDevice(vfio, (int) from.number("id")),
                from.get("limits", DeviceLimits.class),
                from.flag("pinsAside"));
    }
}
