package org.pinion.core.space;

import java.util.Set;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;

/**
 * A backend that may go on with a space.
 *
 * @param backend the name of the backend that it is
 * @param who which one, with its bundle, for people
 * @param adopter has it go on, within bounded time
 * @param adopts the versions of hand-overs that it takes, asked before anybody lets go of anything
 */
public record Successor(String backend, String who, Adopter adopter, Set<Integer> adopts) {

    /** Has a backend go on with a space. */
    @FunctionalInterface
    public interface Adopter {

        /**
         * Has it go on.
         *
         * @param space the name of the space
         * @param handOver what was handed over
         * @return the session
         * @throws IommuException if it does not
         */
        BackendSession adopt(String space, HandOver handOver) throws IommuException;
    }

    /** Copies the versions. */
    public Successor {
        adopts = Set.copyOf(adopts);
    }
}
