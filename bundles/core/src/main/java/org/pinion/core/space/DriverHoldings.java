package org.pinion.core.space;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeSet;

/** What drivers have open of one device and that ends when the device is closed: memory, interrupts, an engine. */
final class DriverHoldings {

    private final Map<Object, String> open = Collections.synchronizedMap(new IdentityHashMap<>());

    <T> T opened(T holding, String words) {
        open.put(holding, words);
        return holding;
    }

    void closed(Object holding) {
        open.remove(holding);
    }

    /** {@return what is open, in words; empty if nothing is} */
    String words() {
        synchronized (open) {
            return String.join(", ", new TreeSet<>(open.values()));
        }
    }
}
