package org.pinion.policy.strict;

import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is said where a device cannot use addresses of RAM.
 *
 * @param apart whether the device gets an IO address space of its own; else the change is refused
 */
record RamConflict(boolean apart) {

    static final String REFUSE = "refuse";

    private static final String APART = "apart";
    private static final Logger LOG = LoggerFactory.getLogger(RamConflict.class);

    /** {@return what is configured; a value that does not exist is reported, and the default stands in} */
    static RamConflict of(StrictConfiguration configuration) {
        String value = configuration.ram_conflict();
        if (!value.equals(REFUSE) && !value.equals(APART)) {
            LOG.warn("org.pinion.policy.strict: ram.conflict is '{}', but must be {} or {}; using {}",
                    value, REFUSE, APART, REFUSE);
        }
        return new RamConflict(value.equals(APART));
    }

    Verdict verdict(Candidate candidate, Conflict conflict) {
        String reason = reason(candidate, conflict);
        return apart
                ? Verdict.apart(
                        "ram-apart",
                        reason + ", which the other devices keep (ram.conflict=apart)",
                        remedy(conflict) + ", or use backend iommufd")
                : Verdict.refuse("ram-conflict", reason, remedy(conflict));
    }

    static String reason(Candidate candidate, Conflict conflict) {
        return "%s is %s; section %s has 0x%x bytes there".formatted(
                conflict.range(), conflict.forbiddenBy(), candidate.section(), conflict.range().size());
    }

    private static String remedy(Conflict conflict) {
        return conflict.forbiddenBy().contains("aperture")
                ? "give the guest less memory or place it lower, so that it ends before " + conflict.range()
                        + ", or leave the device out"
                : "keep the guest's RAM out of " + conflict.range() + ", or leave the device out";
    }
}
