package org.pinion.backend.iommufd;

import org.pinion.device.host.PinningFacts.Charge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel is told about an address space before anything is in it.
 *
 * @param hugePages whether page tables of IOMMUs may have large pages
 * @param charge who is charged for pinned memory
 */
record SessionOptions(boolean hugePages, Charge charge) {

    static final String USER = "user";

    /** As the kernel has it when it is told nothing. */
    static final SessionOptions DEFAULT = new SessionOptions(true, Charge.USER);

    private static final String PROCESS = "process";
    private static final Logger LOG = LoggerFactory.getLogger(SessionOptions.class);

    /** {@return what is configured; a charge that does not exist is reported, and its default stands in} */
    static SessionOptions of(IommufdConfiguration configuration) {
        return new SessionOptions(configuration.huge_pages(), charge(configuration.memlock_charge()));
    }

    private static Charge charge(String value) {
        return switch (value) {
            case USER -> Charge.USER;
            case PROCESS -> Charge.PROCESS;
            default -> {
                LOG.warn("org.pinion.backend.iommufd: memlock.charge is '{}', but must be {} or {}; using {}",
                        value, USER, PROCESS, USER);
                yield Charge.USER;
            }
        };
    }
}
