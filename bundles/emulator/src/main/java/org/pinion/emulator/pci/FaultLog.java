package org.pinion.emulator.pci;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latest transfers that were stopped, as a kernel's log would have them. Safe for use by many threads. */
public final class FaultLog {

    private static final int KEPT = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);

    private final Deque<DmaFault> faults = new ArrayDeque<>();

    /** An empty log. */
    public FaultLog() {}

    synchronized void add(DmaFault fault) {
        LOG.info("{}", fault);
        if (faults.size() == KEPT) {
            faults.removeFirst();
        }
        faults.addLast(fault);
    }

    /** {@return the faults, oldest first} */
    public synchronized List<DmaFault> faults() {
        return List.copyOf(faults);
    }
}
