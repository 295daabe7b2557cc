package org.pinion.core.space;

import java.util.Set;
import org.pinion.spi.backend.IommuBackend;

/**
 * A backend that may go on with a space.
 *
 * @param who which one, with its bundle, for people
 * @param backend the backend
 * @param adopts the versions of hand-overs that it takes, asked before anybody lets go of anything
 */
public record Successor(String who, IommuBackend backend, Set<Integer> adopts) {

    /** Copies the versions. */
    public Successor {
        adopts = Set.copyOf(adopts);
    }
}
