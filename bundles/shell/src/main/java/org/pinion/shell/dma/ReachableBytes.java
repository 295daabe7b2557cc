package org.pinion.shell.dma;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;

/** Finds the bytes behind addresses that are mapped: memory of this process, or memory of an attached device. */
final class ReachableBytes {

    private static final int FIRST_BAR = 0x10;
    private static final int BAR_BYTES = 4;
    private static final int PREFETCHABLE_MEMORY = 0x8;
    private static final int TYPE = 0x9;

    private final StandInMemory memory;
    private final List<Mapping> table;
    private final Map<String, AttachedDevice> devices = new HashMap<>();
    private final Map<Backing.DeviceBar, Boolean> plainMemory = new HashMap<>();

    /**
     * @param memory the memory of this process
     * @param table what is mapped
     * @param attached the devices that are attached
     */
    ReachableBytes(StandInMemory memory, List<Mapping> table, List<AttachedDevice> attached) {
        this.memory = memory;
        this.table = table;
        attached.forEach(device -> devices.put(device.device().address(), device));
    }

    List<AddressRange> ranges() {
        return memory.ranges();
    }

    /** {@return the bytes, if they are memory: reading and writing them has no other effect} */
    Optional<Bytes> at(AddressRange range) throws IommuException {
        Optional<Bytes> own = memory.at(range.start(), range.size()).map(Bytes.InProcess::new);
        return own.isPresent() ? own : inBar(range);
    }

    private Optional<Bytes> inBar(AddressRange range) throws IommuException {
        for (Mapping mapping : table) {
            if (mapping.range().contains(range)
                    && mapping.slice(range).backing() instanceof Backing.DeviceBar bar
                    && isPlainMemory(bar)) {
                return Optional.of(new Bytes.InBar(
                        devices.get(bar.device()), bar.bar(), bar.offset(), Math.toIntExact(range.size())));
            }
        }
        return Optional.empty();
    }

    /** A BAR that says so is read without side effects and takes writes in any size (PCI: prefetchable). */
    private boolean isPlainMemory(Backing.DeviceBar bar) throws IommuException {
        AttachedDevice device = devices.get(bar.device());
        if (device == null) {
            return false;
        }
        Backing.DeviceBar whole = new Backing.DeviceBar(bar.device(), bar.bar(), 0);
        Boolean known = plainMemory.get(whole);
        if (known == null) {
            long at = FIRST_BAR + (long) bar.bar() * BAR_BYTES;
            int register = new Registers(device).read32(PciIdentity.CONFIG_SPACE, at);
            known = (register & TYPE) == PREFETCHABLE_MEMORY;
            plainMemory.put(whole, known);
        }
        return known;
    }
}
