package org.pinion.spi.holder;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.IommuException;

/**
 * Keeps what is needed to go on with address spaces after this process has ended, whatever it ends by, an OSGi service.
 * Methods may be called from any thread.
 */
@ConsumerType
public interface SpaceKeeper {

    /**
     * Begins to keep a space, or goes on with one that is kept already: by an earlier core with this keeper, by a
     * keeper before this one in this process, or by the process before, whose spaces {@link #take} has given. What is
     * kept of it stays so, and no file is kept anew, until the next state is written.
     *
     * @param space the space's name
     * @return takes what is to be kept; the same each time, until it is ended
     * @throws IommuException if nobody keeps anything beyond this process, with the reason
     */
    KeptSpace keep(String space) throws IommuException;

    /**
     * Gives what the process before this one had.
     *
     * @return its spaces, which belong to the caller from then on; empty for everybody who asks later
     */
    List<HeldSpace> take();
}
