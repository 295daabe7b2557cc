package org.pinion.device.host;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemlockLimit;
import org.pinion.linux.procfs.MemlockUsage;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.ProcessMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code /proc} tells about memory that was not pinned, in words. Read for forecasts, and when something has failed.
 */
public final class PinningFacts {

    private static final Logger LOG = LoggerFactory.getLogger(PinningFacts.class);

    private final ProcessMemory memory;

    /**
     * @param kernel the kernel whose {@code /proc} is looked at
     */
    public PinningFacts(Kernel kernel) {
        this.memory = new ProcessMemory(kernel);
    }

    /** {@return half a sentence such as {@code the limit on locked memory is 0x800000 bytes}} */
    public String memlock() {
        try {
            long limit = memory.memlockLimit().soft();
            return limit == MemlockLimit.UNLIMITED
                    ? "locked memory is not limited"
                    : "the limit on locked memory is 0x%x bytes, for all programs of this user".formatted(limit);
        } catch (IOException unreadable) {
            return "the limit on locked memory is not known (" + unreadable.getMessage() + ")";
        }
    }

    /**
     * {@return how much may still be pinned. What other processes of the user have pinned counts too, but cannot be
     * seen: there may be less}
     */
    public Budget budget() {
        return budget(MemlockUsage::pinned, OptionalLong.empty());
    }

    /**
     * The same for a VFIO container, whose pages are charged to what the process itself has locked ({@code
     * vfio_lock_acct} in drivers/vfio/vfio_iommu_type1.c).
     *
     * @param entries how many mappings the container still takes; empty if it does not tell
     * @return what may still be pinned and mapped
     */
    public Budget containerBudget(OptionalLong entries) {
        return budget(MemlockUsage::locked, entries);
    }

    private Budget budget(ToLongFunction<MemlockUsage> used, OptionalLong entries) {
        try {
            long limit = memory.memlockLimit().soft();
            boolean free = limit == MemlockLimit.UNLIMITED || memory.memlockExempt();
            long locked = used.applyAsLong(memory.memlockUsage());
            return new Budget(free ? OptionalLong.empty() : OptionalLong.of(limit), locked, entries);
        } catch (IOException unreadable) {
            LOG.debug("the limit on locked memory is not known: {}", unreadable.getMessage());
            return new Budget(OptionalLong.empty(), 0, entries);
        }
    }

    /**
     * @param user addresses of this process
     * @param written whether a device would write there
     * @return half a sentence that says what cannot be pinned there
     */
    public String unpinnable(AddressRange user, boolean written) {
        try {
            return unpinnable(memory.areas(), user, written);
        } catch (IOException unreadable) {
            return "it is a device's memory (a BAR), a hole, or not to be written (" + unreadable.getMessage() + ")";
        }
    }

    /** The same, from memory areas sorted by address. */
    static String unpinnable(List<MemoryArea> areas, AddressRange user, boolean written) {
        long next = user.start();
        for (MemoryArea area : areas) {
            if (Long.compareUnsigned(area.last(), next) < 0) {
                continue;
            }
            if (Long.compareUnsigned(area.start(), next) > 0) {
                break;
            }
            String wrong = wrong(area, written);
            if (!wrong.isEmpty()) {
                return wrong;
            }
            if (Long.compareUnsigned(area.last(), user.last()) >= 0) {
                return "the kernel does not give its pages to devices (a file with write-back, or secret memory)";
            }
            next = area.last() + 1;
        }
        return "nothing is mapped at 0x%x in this process".formatted(next);
    }

    private static String wrong(MemoryArea area, boolean written) {
        if (area.vmFlags().contains("io") || area.vmFlags().contains("pf")) {
            return area + " is a device's memory (a BAR), which has no pages";
        }
        if (!area.readable() || written && !area.writable()) {
            return area + " may not be " + (area.readable() ? "written" : "read");
        }
        return "";
    }
}
