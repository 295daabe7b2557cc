package org.pinion.spi.holder;

import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.IommuException;

/**
 * One space as it is kept beyond this process. Used by the space's writer alone, which may go on using it when the
 * keeper's service is gone, until it gets another one for the space.
 *
 * <p>It is not closed with what uses it, and so is no {@link AutoCloseable}: that the process ends, or the core is
 * replaced, leaves it for who comes after. {@link #end} is called for a space that is closed for good, and for one that
 * nobody can go on with.
 */
@ConsumerType
public interface KeptSpace {

    /**
     * Keeps another state of the space in place of the one before. When it returns, the process may end: the next one
     * finds this state. Files that are not in it any more are not kept any more, so that closing them here closes them.
     *
     * @param space the state; what is being changed is among its doubtful entries
     * @throws IommuException if it cannot be kept; then the state before is
     */
    void write(HeldSpace space) throws IommuException;

    /** Nothing of the space is kept any more; when it returns, closing its files here closes them. */
    void end();
}
