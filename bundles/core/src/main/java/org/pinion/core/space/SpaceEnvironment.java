package org.pinion.core.space;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a space needs of the core around it.
 *
 * @param planner asks the plugins
 * @param events takes what happens
 * @param patience how long a writer waits for its turn, asked each time
 * @param closed told when the space has closed
 */
public record SpaceEnvironment(PlanMaker planner, Events events, Supplier<Duration> patience, Consumer<Space> closed) {}
