package org.pinion.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.linux.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a device's regions is mapped, by where it lies in this process. */
final class RegionMappings {

    private static final Logger LOG = LoggerFactory.getLogger(RegionMappings.class);

    private final Map<Long, RegionMapping> mappings = new ConcurrentHashMap<>();

    void add(RegionMapping mapping) {
        mappings.put(mapping.memory().address(), mapping);
    }

    void remove(RegionMapping mapping) {
        mappings.remove(mapping.memory().address(), mapping);
    }

    Optional<RegionMapping> at(MemorySegment memory) {
        return Optional.ofNullable(mappings.get(memory.address()));
    }

    List<MemorySegment> memory() {
        return mappings.values().stream().map(RegionMapping::memory).toList();
    }

    /** What cannot be unmapped goes with the process; the device must be closed all the same. */
    void closeAll(String device) {
        for (RegionMapping mapping : mappings.values()) {
            try {
                mapping.close();
            } catch (ErrnoException | IllegalStateException inUse) {
                LOG.warn("a mapping of a region of {} stays: {}", device, inUse.getMessage());
            }
        }
    }
}
