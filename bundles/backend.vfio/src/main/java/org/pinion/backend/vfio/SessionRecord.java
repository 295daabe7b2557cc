package org.pinion.backend.vfio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.Backing;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.device.DriverParts;
import org.pinion.device.IovaRanges;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.device.host.HostDevices;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.HandOver.MappedMemory;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.Particulars;

/**
 * A session in plain values, as it is handed over, and back. Whoever changes what is written here raises the version,
 * and goes on reading the versions before.
 */
final class SessionRecord {

    static final int VERSION = 1;

    private static final long NOT_KNOWN = -1;
    private static final int CLOSED = -1;

    private SessionRecord() {}

    static HandOver write(VfioSession session) {
        List<OpenFile> devices = new ArrayList<>();
        List<OpenFile> groups = new ArrayList<>();
        List<MappedMemory> memory = bars(session);
        for (LearnedGroup group : session.devices.groups().values()) {
            for (DeviceAccess device : group.attached().values()) {
                if (device.isOpen()) {
                    devices.add(new OpenFile(device.device().address(), device.vfio().fd()));
                    DriverParts parts = driverParts(session, device);
                    devices.addAll(parts.files());
                    memory.addAll(parts.memory());
                }
            }
        }
        session.devices.groups().forEach((number, group) ->
                groups.add(new OpenFile(Group.path(number), group.group().fd())));
        // A group can be closed when its devices are, and takes itself out of the container.
        List<OpenFile> files = new ArrayList<>(devices);
        files.addAll(groups);
        files.add(new OpenFile(Container.PATH, session.container.fd()));
        Kernel kernel = session.kernel;
        return new HandOver(
                VERSION,
                new HandOver.KernelLink(kernel, kernel.closer(), kernel.unmapper()),
                memory,
                files,
                particulars(session));
    }

    private static List<MappedMemory> bars(VfioSession session) {
        List<MappedMemory> memory = new ArrayList<>();
        session.bars.entered().forEach((iova, bar) -> memory.add(new MappedMemory(nameOf(iova), bar)));
        return memory;
    }

    /** What of a region the session itself has mapped, for other devices, is not its driver's. */
    private static DriverParts driverParts(VfioSession session, DeviceAccess device) {
        DriverParts all = device.vfio().driverParts();
        Collection<MemorySegment> bars = session.bars.entered().values();
        return new DriverParts(
                all.device(),
                all.regions().stream().filter(region -> !bars.contains(region)).toList(),
                all.eventfds());
    }

    private static String nameOf(long iova) {
        return "BAR at 0x" + Long.toHexString(iova);
    }

    private static Particulars particulars(VfioSession session) {
        List<Particulars> groups = new ArrayList<>();
        session.devices.groups().forEach((number, group) -> groups.add(of(session, number, group)));
        DirtyPages dirty = session.mapped.dirtyPages;
        return Particulars.of(Map.of(
                "ioctls", session.ioctls.sum(),
                "newlyPinned", session.newlyPinned,
                "room", session.preflight.room().orElse(NOT_KNOWN),
                "mappings", List.copyOf(session.mapped.recorded()),
                "iommuSet", session.mapped.iommuSet(),
                "holding", session.mapped.remapsCuts(),
                "tracking", dirty.tracking(),
                "pending", dirty.pending(),
                "groups", groups));
    }

    private static Particulars of(VfioSession session, int number, LearnedGroup group) {
        List<Particulars> devices = new ArrayList<>();
        group.learned().values().forEach(found -> devices.add(of(found, group)));
        group.attached().values().forEach(device -> devices.add(of(session, device, group)));
        return Particulars.of(Map.of("number", number, "inside", group.inside(), "devices", devices));
    }

    private static Particulars of(HostDevices.Found found, LearnedGroup group) {
        return Particulars.of(Map.of(
                "device", found.device(),
                "limits", group.limits(found.device().address()),
                "attached", false,
                "cdev", found.cdev().orElse("")));
    }

    private static Particulars of(VfioSession session, DeviceAccess device, LearnedGroup group) {
        MemoryDecoding decoding = device.vfio().decoding();
        return Particulars.of(Map.of(
                "device", device.device(),
                "limits", group.limits(device.device().address()),
                "attached", true,
                "open", device.isOpen(),
                "decodes", decoding.on(),
                "interruptions", decoding.interruptions(),
                "driver", driverParts(session, device).particulars()));
    }

    static VfioSession read(Kernel kernel, String space, HandOver handOver) {
        LongAdder ioctls = new LongAdder();
        ioctls.add(handOver.particulars().number("ioctls"));
        Container container = Container.adopt(kernel, handOver.fd(Container.PATH), ioctls);
        VfioSession session = new VfioSession(kernel, space, ioctls, container);
        read(session, handOver);
        return session;
    }

    private static void read(VfioSession session, HandOver handOver) {
        Particulars all = handOver.particulars();
        session.newlyPinned = all.number("newlyPinned");
        long room = all.number("room");
        session.preflight.goOnFrom(room == NOT_KNOWN ? OptionalLong.empty() : OptionalLong.of(room));
        int inside = 0;
        for (Particulars from : all.list("groups", Particulars.class)) {
            LearnedGroup group = group(session, handOver, from);
            session.devices.groups().put((int) from.number("number"), group);
            inside += group.inside() ? 1 : 0;
        }
        List<Mapping> mappings = all.list("mappings", Mapping.class);
        session.mapped.goOnFrom(mappings, inside, all.flag("iommuSet"), all.flag("holding"));
        session.mapped.dirtyPages.goOnFrom(all.flag("tracking"), all.get("pending", RangeSet.class));
        for (Mapping mapping : mappings) {
            bar(session, handOver, mapping);
        }
    }

    private static LearnedGroup group(VfioSession session, HandOver handOver, Particulars from) {
        int number = (int) from.number("number");
        Group group = Group.adopt(session.kernel, number, handOver.fd(Group.path(number)), session.ioctls);
        List<Particulars> devices = from.list("devices", Particulars.class);
        // What the group allows is the same in each of its devices' limits, of which there is at least one.
        DeviceLimits limits = devices.getFirst().get("limits", DeviceLimits.class);
        LearnedGroup learned = new LearnedGroup(
                group,
                new IovaRanges(limits.usable(), limits.alignment()),
                limits.pageSizes(),
                limits.iommu(),
                limits.reserved());
        learned.inside(from.flag("inside"));
        devices.forEach(device -> device(session, handOver, device, learned));
        return learned;
    }

    private static void device(VfioSession session, HandOver handOver, Particulars from, LearnedGroup group) {
        HostDevice device = from.get("device", HostDevice.class);
        DeviceLimits limits = from.get("limits", DeviceLimits.class);
        if (from.flag("attached")) {
            int fd = from.flag("open") ? handOver.fd(device.address()) : CLOSED;
            VfioDevice vfio = VfioDevice.of(session.kernel, device.address(), fd, session.ioctls);
            DriverParts parts =
                    DriverParts.read(device.address(), handOver, from.get("driver", Particulars.class));
            vfio.goOnFrom(new MemoryDecoding(from.flag("decodes"), from.number("interruptions")), parts);
            group.goOnWith(new DeviceAccess(device, vfio), limits.bars());
        } else {
            Optional<String> cdev = Optional.of(from.get("cdev", String.class)).filter(path -> !path.isEmpty());
            group.learned(new HostDevices.Found(device, cdev), limits.bars());
        }
    }

    private static void bar(VfioSession session, HandOver handOver, Mapping mapping) {
        long iova = mapping.range().start();
        if (mapping.backing() instanceof Backing.DeviceBar bar) {
            handOver.memory().stream()
                    .filter(memory -> memory.name().equals(nameOf(iova)))
                    .map(MappedMemory::segment)
                    .forEach(memory -> enter(session, iova, bar, memory));
        }
    }

    private static void enter(VfioSession session, long iova, Backing.DeviceBar bar, MemorySegment memory) {
        session.bars.goOnWith(iova, session.devices.attached(bar.device()), memory);
    }
}
