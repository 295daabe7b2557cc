package org.example.vhostvdpa;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.InDoubtException;

/**
 * An address space of which every attached device has a copy in an IOTLB of its own. The mappings outlive the devices,
 * so they are recorded here; what a device pins, it pins by itself, so the same page counts once for each.
 */
final class VhostVdpaSession implements BackendSession {

    private final Kernel kernel;
    private final String space;
    private final BackendCapabilities capabilities;
    private final SessionDevices devices;
    private final Memlock memlock;
    private final SharedMemory memory;
    private final MapCauses causes;
    private final LongAdder calls = new LongAdder();
    private RangeList<Mapping> table = RangeList.empty();
    private long newlyPinned;
    private boolean closed;

    VhostVdpaSession(Kernel kernel, VdpaBus bus, String space) {
        this.kernel = kernel;
        this.space = space;
        this.capabilities = new BackendCapabilities(
                Set.of(Route.USER),
                kernel.pageSize(),
                "vhost-vdpa takes memory by address only, so a device's memory (a BAR) not at all");
        this.devices = new SessionDevices(kernel, bus, space, calls);
        this.memlock = new Memlock(kernel);
        this.memory = new SharedMemory(kernel);
        this.causes = new MapCauses(memlock, memory);
    }

    @Override
    public BackendCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        return devices.preflight(device);
    }

    @Override
    public void release(String device) throws IommuException {
        devices.release(device);
    }

    @Override
    public DeviceHandle attach(String address) throws IommuException {
        String operation = "attach " + address + " to '" + space + "'";
        VdpaDevice device = devices.learned(operation, address);
        RangeList<Mapping> inTheWay = table.in(device.learned().own());
        if (!inTheWay.isEmpty()) {
            throw ownPages(operation, device, inTheWay.getFirst().range());
        }
        List<Iotlb.Entry> entries = entries(operation, table);
        require(operation, device, entries);
        try {
            device.admit(entries);
        } catch (ErrnoException failure) {
            throw causes.failing(operation, device, failure);
        }
        newlyPinned += device.pinnedBytes();
        devices.attached(device);
        return new OpenDevice(device);
    }

    /** The kernel would let it in where the pages are not mapped at the moment. */
    private static IommuException ownPages(String operation, VdpaDevice device, AddressRange range) {
        return new IommuException(
                operation,
                "EEXIST",
                range,
                "the backend keeps %s of %s to itself".formatted(device.learned().own(), device.name()),
                "map nothing there, or leave the device out",
                null);
    }

    /** Says beforehand what the kernel would not say afterwards. */
    private void require(String operation, VdpaDevice device, Collection<Iotlb.Entry> entries) throws IommuException {
        if (device.learned().pins()) {
            long bytes = entries.stream().mapToLong(entry -> entry.range().size()).sum() + capabilities.pageSize();
            Cause shortage = memlock.shortage(bytes).orElse(null);
            if (shortage != null) {
                throw new IommuException(
                        operation, "every device pins by itself: " + shortage.why(), shortage.remedy());
            }
        } else {
            requireShared(operation, device, entries);
        }
    }

    private void requireShared(String operation, VdpaDevice device, Collection<Iotlb.Entry> entries)
            throws IommuException {
        SharedMemory.Obstacle obstacle = memory.obstacle(entries).orElse(null);
        if (obstacle != null) {
            throw new IommuException(
                    operation,
                    null,
                    obstacle.entry().range(),
                    device.name() + " works by address and reaches shared mappings of files only: " + obstacle.why(),
                    "put the memory into a memfd that is mapped shared, or load the device's driver without use_va",
                    null);
        }
    }

    @Override
    public DeviceHandle attached(String device) throws IommuException {
        return new OpenDevice(devices.attached("go on with " + device + " in '" + space + "'", device));
    }

    @Override
    public void detach(String device) throws IommuException {
        devices.detach(device);
    }

    @Override
    public RangeSet usable() {
        RangeSet usable = RangeSet.ALL;
        for (VdpaDevice device : devices.attached()) {
            usable = usable.intersect(device.learned().usable());
        }
        return usable;
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        String operation = "map " + mapping;
        requireFree(operation, mapping.range());
        List<Iotlb.Entry> entry = entries(operation, List.of(mapping));
        List<VdpaDevice> done = new ArrayList<>();
        try {
            for (VdpaDevice device : devices.attached()) {
                if (device.learned().own().overlaps(mapping.range())) {
                    throw ownPages(operation, device, mapping.range());
                }
                if (!device.learned().pins()) {
                    requireShared(operation, device, entry);
                }
                map(operation, device, entry);
                done.add(device);
            }
        } catch (IommuException failure) {
            throw takeBack(done, mapping, failure);
        }
        newlyPinned += mapping.range().size() * done.stream().filter(device -> device.learned().pins()).count();
        table = table.with(mapping);
    }

    private void map(String operation, VdpaDevice device, List<Iotlb.Entry> entry) throws IommuException {
        try {
            device.add(entry);
        } catch (Iotlb.Stuck stuck) {
            throw new InDoubtException(causes.failing(operation, device, stuck.first()));
        } catch (ErrnoException failure) {
            throw causes.failing(operation, device, failure);
        }
    }

    /** What may be left is taken as there, so that nothing else goes there before it is unmapped. */
    private IommuException takeBack(List<VdpaDevice> devices, Mapping mapping, IommuException failure) {
        IommuException told = failure;
        for (VdpaDevice device : devices) {
            try {
                device.remove(mapping.range());
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
                told = new InDoubtException(failure);
            }
        }
        if (told instanceof InDoubtException) {
            table = table.with(mapping);
        }
        return told;
    }

    private void requireFree(String operation, AddressRange range) throws IommuException {
        RangeList<Mapping> there = table.in(range);
        if (!there.isEmpty()) {
            throw new IommuException(
                    operation, "EEXIST", range, there.getFirst() + " is mapped there", "unmap it before", null);
        }
    }

    private static List<Iotlb.Entry> entries(String operation, Collection<Mapping> mappings) throws IommuException {
        List<Iotlb.Entry> entries = new ArrayList<>();
        for (Mapping mapping : mappings) {
            entries.add(new Iotlb.Entry(mapping.range(), Addresses.of(operation, mapping), mapping.access()));
        }
        return entries;
    }

    /** Only what was mapped is ever named, and whole: the kernel removes every entry that it touches. */
    @Override
    public void unmap(Mapping mapping) throws IommuException {
        String operation = "unmap " + mapping;
        if (!table.at(mapping.range().start()).equals(Optional.of(mapping))) {
            RangeList<Mapping> there = table.in(mapping.range());
            throw there.isEmpty()
                    ? new IommuException(operation, "ENOENT", mapping.range(), "it is not mapped", "commit again", null)
                    : new IommuException(operation, "EINVAL", mapping.range(),
                            there.getFirst() + " is mapped there, which is another mapping", "commit again", null);
        }
        for (VdpaDevice device : devices.attached()) {
            try {
                device.remove(mapping.range());
            } catch (ErrnoException failure) {
                throw Cause.unknown(failure)
                        .failing(operation + " for " + device.name(), mapping.range(), failure);
            }
        }
        table = table.without(mapping.range());
    }

    @Override
    public boolean pins(String device) {
        return devices.pins(device);
    }

    @Override
    public boolean pinsForEachDevice() {
        return true;
    }

    @Override
    public Budget budget() {
        return memlock.budget();
    }

    @Override
    public Ledger ledger() {
        long pinned = devices.attached().stream().mapToLong(VdpaDevice::pinnedBytes).sum();
        return new Ledger(table.size(), table.bytes(), pinned, calls.sum(), newlyPinned);
    }

    @Override
    public Set<Integer> handsOver() {
        return Set.of(SessionRecord.VERSION);
    }

    /** While a virtqueue is at work, its doorbell and what it keeps of the disk are objects of this bundle's. */
    @Override
    public HandOver handOver(int version) throws IommuException {
        String operation = "hand '" + space + "' over";
        if (closed || version != SessionRecord.VERSION) {
            throw new IommuException(
                    operation, closed ? "it is closed" : "there is no version " + version + " of its record", "");
        }
        for (VdpaDevice device : devices.attached()) {
            if (device.driven()) {
                throw new IommuException(operation, "a DMA check of " + device.name() + " is under way", "end it");
            }
        }
        HandOver all = SessionRecord.write(kernel, devices, table, calls.sum(), newlyPinned);
        closed = true;
        table = RangeList.empty();
        memory.close();
        devices.letGo();
        return all;
    }

    /** Goes on where another session was; its devices come after. */
    void goOnFrom(List<Mapping> mapped, long callsBefore, long pinnedBefore) {
        table = RangeList.copyOf(mapped);
        calls.add(callsBefore);
        newlyPinned = pinnedBefore;
    }

    /** Goes on with a device that is only learned about. */
    void goOnWith(VdpaBus.Entry entry, int fd, Learned learned) {
        devices.goOnWithLearned(device(entry, fd, learned));
    }

    /** Goes on with a device that reaches all that is mapped. */
    void goOnWith(VdpaBus.Entry entry, int fd, Learned learned, OwnPages pages) throws IommuException {
        VdpaDevice device = device(entry, fd, learned);
        device.goOnWith(pages, entries("go on with " + entry.name(), table));
        devices.attached(device);
    }

    private VdpaDevice device(VdpaBus.Entry entry, int fd, Learned learned) {
        return VdpaDevice.adopt(
                kernel, entry, VhostNode.adopt(kernel, entry.node().orElseThrow(), fd, calls), learned);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        table = RangeList.empty();
        memory.close();
        devices.close();
    }
}
