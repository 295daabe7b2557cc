package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.LastingMemory;

/** All that there is to a space, as another core or process goes on with it, and what it has of an earlier one. */
final class SpaceRecord {

    private final GuardedSession session;
    private final Table table;
    private final Devices devices;
    private final Publication published;
    private List<LastingMemory> memory = List.of();

    SpaceRecord(GuardedSession session, Table table, Devices devices, Publication published) {
        this.session = session;
        this.table = table;
        this.devices = devices;
        this.published = published;
    }

    /** Has the memory of a process that has ended. */
    void goOnFrom(HeldSpace held) {
        memory = held.memory();
    }

    /** {@return the space for another core, which goes on with what the backend has handed over} */
    HeldSpace forCore(HandOver handOver) {
        return new HeldSpace(
                published.now().withBackendAway(""),
                session.capabilities(),
                handOver,
                entries(),
                session.bequest().map(HeldSpace::doubtful).orElseGet(table::doubtful),
                devices.hold(),
                memory,
                session.bequest().isPresent());
    }

    /** {@return the space for another process, which goes on if this one ends now} */
    HeldSpace forProcess(Set<String> leaving, List<Mapping> touched) throws IommuException {
        RangeSet where = RangeSet.of(touched.stream().map(Mapping::range).toList());
        List<Mapping> doubtful = new ArrayList<>(table.doubtful());
        doubtful.addAll(touched);
        return new HeldSpace(
                published.now().withPending(Optional.empty()),
                session.capabilities(),
                session.lasting(leaving),
                entries().stream().filter(entry -> where.intersect(entry.range()).isEmpty()).toList(),
                doubtful,
                devices.hold().stream().filter(device -> !leaving.contains(device.limits().device())).toList(),
                memory,
                true);
    }

    private List<Mapping> entries() {
        return table.held().in(new AddressRange(0, -1));
    }

    /** {@return memory of a process that has ended} */
    Optional<HostMemory> memory(Backing backing) {
        return memory.stream().filter(each -> each.has(backing)).<HostMemory>map(each -> each).findFirst();
    }

    /** The space has closed. */
    void close() {
        memory.forEach(LastingMemory::close);
        memory = List.of();
    }
}
