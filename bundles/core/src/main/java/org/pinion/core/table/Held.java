package org.pinion.core.table;

import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.Route;

/** What the kernel holds, or would hold, entry by entry. */
public interface Held {

    /**
     * @param range some addresses
     * @return the entries that overlap them, whole, sorted
     */
    List<Mapping> in(AddressRange range);

    /** {@return how many bytes the entries cover} */
    long bytes();

    /** {@return how many of them the kernel pins when a device is attached that it pins for} */
    long pinnableBytes();

    /**
     * @param mapping a mapping
     * @return how many bytes the kernel pins for it; device memory has no pages that could be pinned
     */
    static long pinnableBytes(Mapping mapping) {
        boolean device = mapping.route() == Route.DMA_BUF || mapping.backing() instanceof Backing.DeviceBar;
        return device ? 0 : mapping.range().size();
    }

    /**
     * @param mappings what would be installed
     * @return as if each were an entry
     */
    static Held of(RangeList<Mapping> mappings) {
        return new Held() {
            @Override
            public List<Mapping> in(AddressRange range) {
                return mappings.in(range);
            }

            @Override
            public long bytes() {
                return mappings.bytes();
            }

            @Override
            public long pinnableBytes() {
                long bytes = 0;
                for (Mapping mapping : mappings) {
                    bytes += Held.pinnableBytes(mapping);
                }
                return bytes;
            }
        };
    }
}
