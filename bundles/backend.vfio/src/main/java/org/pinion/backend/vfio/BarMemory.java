package org.pinion.backend.vfio;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.device.RegionArea;
import org.pinion.device.RegionMapping;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.RegionCauses;
import org.pinion.linux.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BARs of attached devices in this process's memory, each for as long as it is mapped for other devices: a container
 * takes addresses only, and follows one to a BAR's page frames ({@code follow_fault_pfn} in
 * drivers/vfio/vfio_iommu_type1.c). It does not notice that the BAR goes: it is unmapped before its device is closed.
 */
final class BarMemory {

    private static final Logger LOG = LoggerFactory.getLogger(BarMemory.class);

    private final Map<Long, RegionMapping> byIova = new HashMap<>();
    private final Function<String, VfioDevice> attached;

    /**
     * @param attached finds an attached device by its address, null if it is not attached
     */
    BarMemory(Function<String, VfioDevice> attached) {
        this.attached = attached;
    }

    /**
     * Maps a part of a BAR into this process.
     *
     * @param mapping what is to be mapped for devices
     * @param bar its backing
     * @param operation what is being done, for messages
     * @return where the part begins
     * @throws IommuException if the device is not attached or the kernel refuses
     */
    long enter(Mapping mapping, Backing.DeviceBar bar, String operation) throws IommuException {
        VfioDevice owner = attached.apply(bar.device());
        if (owner == null) {
            throw new IommuException(
                    operation,
                    null,
                    mapping.range(),
                    bar + " belongs to a device that is not attached here, so it has no address in this process",
                    "attach " + bar.device() + " first",
                    null);
        }
        try {
            RegionArea area = new RegionArea(bar.offset(), mapping.range().size());
            RegionMapping memory = owner.map(bar.bar(), area);
            byIova.put(mapping.range().start(), memory);
            return memory.memory().address();
        } catch (ErrnoException failure) {
            throw RegionCauses.of(failure).failing(operation, mapping.range(), failure);
        }
    }

    /** {@return the memory of what was entered, by the address at which devices find it} */
    Map<Long, MemorySegment> entered() {
        Map<Long, MemorySegment> memory = new TreeMap<>(Long::compareUnsigned);
        byIova.forEach((iova, mapping) -> memory.put(iova, mapping.memory()));
        return memory;
    }

    /** Goes on with memory that another object has entered. */
    void goOnWith(long iova, VfioDevice owner, MemorySegment memory) {
        byIova.put(iova, owner.mapped(memory));
    }

    /** Gives up what was entered for a mapping, if anything was. The kernel needs it no more. */
    void leave(Mapping mapping) {
        RegionMapping memory =
                mapping.backing() instanceof Backing.DeviceBar ? byIova.remove(mapping.range().start()) : null;
        if (memory != null) {
            try {
                memory.close();
            } catch (ErrnoException stays) {
                LOG.warn("{} stays mapped in this process: {}", mapping.backing(), stays.getMessage());
            }
        }
    }
}
