package org.pinion.spi.backend;

import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;

/**
 * A change of a mapping failed half-way and could not be undone, and it cannot be said what is left. The core takes all
 * of the mapping as there in part, and removes it by {@link BackendSession#unmap} before it goes on.
 */
public class InDoubtException extends IommuException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what failed.
     *
     * @param cause what failed, and what of its undoing as suppressed
     */
    public InDoubtException(IommuException cause) {
        super(
                cause.operation(),
                cause.errno().orElse(null),
                cause.range().orElse(null),
                cause.why(),
                cause.remedy(),
                cause);
    }

    /**
     * Says what failed, where it is known without another failure.
     *
     * @param operation what was tried
     * @param range the mapping's addresses; null if it is not about one
     * @param why the cause
     * @param remedy what can be done about it
     * @param cause what was thrown
     */
    protected InDoubtException(
            String operation, AddressRange range, String why, String remedy, Throwable cause) {
        super(operation, null, range, why, remedy, cause);
    }
}
