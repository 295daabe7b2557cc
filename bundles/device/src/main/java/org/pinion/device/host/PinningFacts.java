package org.pinion.device.host;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
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
 * What {@code /proc} tells about memory that was not pinned, in words. Read for forecasts, and when something has
 * failed.
 */
public final class PinningFacts {

    private static final Logger LOG = LoggerFactory.getLogger(PinningFacts.class);

    private final ProcessMemory memory;
    private final Charge charge;

    /** Who is charged for memory that the kernel pins. */
    public enum Charge {

        /** The user, with all programs together, as iommufd does. */
        USER("for all programs of this user"),

        /** The process, as VFIO's containers do. */
        PROCESS("for this process");

        private final String words;

        Charge(String words) {
            this.words = words;
        }
    }

    /**
     * @param kernel the kernel whose {@code /proc} is looked at
     * @param charge who is charged for pinned memory
     */
    public PinningFacts(Kernel kernel, Charge charge) {
        this.memory = new ProcessMemory(kernel);
        this.charge = charge;
    }

    /** {@return half a sentence such as {@code the limit on locked memory is 0x800000 bytes}} */
    public String memlock() {
        try {
            long limit = memory.memlockLimit().soft();
            return limit == MemlockLimit.UNLIMITED
                    ? "locked memory is not limited"
                    : "the limit on locked memory is 0x%x bytes, %s".formatted(limit, charge.words);
        } catch (IOException unreadable) {
            return "the limit on locked memory is not known (" + unreadable.getMessage() + ")";
        }
    }

    /**
     * How much may still be pinned. What other processes of the user have pinned counts too where the user is charged,
     * but cannot be seen: there may be less.
     *
     * @param entries how many mappings may still be made; empty if that is not known
     * @return what is left
     */
    public Budget budget(OptionalLong entries) {
        try {
            long limit = memory.memlockLimit().soft();
            boolean free = limit == MemlockLimit.UNLIMITED || memory.memlockExempt();
            MemlockUsage usage = memory.memlockUsage();
            long used = charge == Charge.PROCESS ? usage.locked() : usage.pinned();
            return new Budget(free ? OptionalLong.empty() : OptionalLong.of(limit), used, entries);
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
