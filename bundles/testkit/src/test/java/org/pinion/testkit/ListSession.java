package org.pinion.testkit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.HandOver;

/** A session that keeps its mappings in a list. */
class ListSession implements BackendSession {

    static final long PAGE = 0x1000;

    final ListBackend backend;
    final List<Mapping> mappings = new ArrayList<>();
    boolean attached;
    private final String name;
    private boolean ended;

    ListSession(ListBackend backend, String name) {
        this.backend = backend;
        this.name = name;
    }

    @Override
    public BackendCapabilities capabilities() {
        return new BackendCapabilities(Set.of(Route.USER), PAGE, "a list takes addresses only");
    }

    private IommuException failure(String operation, String errno, AddressRange range, String why) {
        return new IommuException(operation + " in '" + name + "'", errno, range, why, "", null);
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        if (!device.equals(ListBackend.DEVICE)) {
            throw failure("preflight '" + device + "'", "ENOENT", null, "there is no such device");
        }
        if (backend.open.putIfAbsent(device, this) instanceof Object owner && owner != this) {
            throw failure("preflight '" + device + "'", "EBUSY", null, "it is open already");
        }
        return new DeviceLimits(device, ListBackend.USABLE, PAGE, List.of());
    }

    @Override
    public void release(String device) throws IommuException {
        backend.open.remove(device, this);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        if (backend.open.get(device) != this) {
            throw failure("attach " + device, null, null, "its limits were not learned before");
        }
        for (Mapping mapping : mappings) {
            if (!ListBackend.USABLE.contains(mapping.range())) {
                throw failure("attach " + device, "EINVAL", mapping.range(), "it forbids what is mapped");
            }
        }
        attached = true;
        return attached(device);
    }

    @Override
    public DeviceHandle attached(String device) throws IommuException {
        requireAttached("go on with " + device, device);
        return new ListDevice();
    }

    private void requireAttached(String operation, String device) throws IommuException {
        if (!attached || !device.equals(ListBackend.DEVICE)) {
            throw failure(operation, null, null, "it is not attached");
        }
    }

    @Override
    public void detach(String device) throws IommuException {
        requireAttached("detach " + device, device);
        attached = false;
        release(device);
    }

    @Override
    public RangeSet usable() throws IommuException {
        return attached ? ListBackend.USABLE : RangeSet.ALL;
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        if (!usable().contains(mapping.range())) {
            throw failure("map " + mapping, "EINVAL", mapping.range(), "a device forbids it");
        }
        if (mappings.stream().anyMatch(other -> other.range().overlaps(mapping.range()))) {
            throw failure("map " + mapping, "EEXIST", mapping.range(), "something is mapped there");
        }
        mappings.add(mapping);
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        boolean reachesOut = mappings.stream()
                .map(Mapping::range)
                .anyMatch(other -> other.overlaps(mapping.range()) && !mapping.range().contains(other));
        if (reachesOut) {
            throw failure("unmap " + mapping, "EINVAL", mapping.range(), "a mapping reaches out of it");
        }
        long bytes = bytesIn(mapping.range());
        mappings.removeIf(other -> mapping.range().contains(other.range()));
        if (bytes == 0) {
            throw failure("unmap " + mapping, "ENOENT", mapping.range(), "nothing is mapped there");
        }
        if (bytes != mapping.range().size()) {
            throw failure("unmap " + mapping, null, mapping.range(), "only part of it was mapped");
        }
    }

    final long bytesIn(AddressRange range) {
        return mappings.stream()
                .map(Mapping::range)
                .filter(range::contains)
                .mapToLong(AddressRange::size)
                .sum();
    }

    @Override
    public Ledger ledger() {
        return new Ledger(mappings.size(), bytesIn(AddressRange.ALL), 0, 0, 0);
    }

    @Override
    public Set<Integer> handsOver() {
        return Set.of(ListBackend.VERSION);
    }

    @Override
    public HandOver handOver(int version) throws IommuException {
        if (version != ListBackend.VERSION) {
            throw failure("hand over", null, null, "there is no version " + version);
        }
        ended = true;
        return backend.handOver(this);
    }

    /** Takes all of a session that has handed it over. */
    void takeOver(ListSession before) {
        mappings.addAll(before.mappings);
        attached = before.attached;
        backend.open.replace(ListBackend.DEVICE, before, this);
    }

    void letGo() {
        mappings.clear();
        attached = false;
        backend.open.values().remove(this);
    }

    @Override
    public void close() throws IommuException {
        if (!ended) {
            ended = true;
            letGo();
        }
    }

    /** A device with one region of nothing. */
    private final class ListDevice implements DeviceHandle {

        @Override
        public HostDevice device() {
            return backend.devices().getFirst();
        }

        @Override
        public void read(int region, long offset, MemorySegment into) throws IommuException {
            requireAttached("read", device().address());
            if (region != 0) {
                throw failure("read", "EINVAL", null, "there is no region " + region);
            }
            into.fill((byte) 0);
        }

        @Override
        public void write(int region, long offset, MemorySegment from) throws IommuException {
            read(region, offset, from.asSlice(0, 0));
        }
    }
}
