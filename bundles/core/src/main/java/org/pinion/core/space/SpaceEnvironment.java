package org.pinion.core.space;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pinion.spi.holder.SpaceKeeper;

/**
 * What a space needs of the core around it.
 *
 * @param planner asks the plugins
 * @param events takes what happens
 * @param patience how long a writer waits for its turn, asked each time
 * @param replacement how long a writer waits for a backend that is being replaced, asked each time
 * @param closed told when the space has closed
 * @param calls tells what is being asked of backends
 * @param keeper keeps spaces beyond this process, asked each time; empty if nobody does
 */
public record SpaceEnvironment(
        PlanMaker planner,
        Events events,
        Supplier<Duration> patience,
        Supplier<Duration> replacement,
        Consumer<Space> closed,
        BackendCalls calls,
        Supplier<Optional<SpaceKeeper>> keeper) {

    /**
     * Waits for a backend as long as for a turn, and keeps nothing beyond this process.
     *
     * @param planner asks the plugins
     * @param events takes what happens
     * @param patience how long a writer waits
     * @param closed told when the space has closed
     */
    public SpaceEnvironment(PlanMaker planner, Events events, Supplier<Duration> patience, Consumer<Space> closed) {
        this(planner, events, patience, patience, closed, BackendCalls.UNWATCHED, Optional::empty);
    }
}
