package org.pinion.core.space;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceSnapshot;
import org.pinion.spi.backend.BackendSession;

/**
 * How a space gets to another backend: what is known to fail is refused, the owners of its devices are asked, the move
 * is made in the writer's turn, and the owners go on. Owners are asked in nobody's turn, and again if there are others
 * when the turn comes. One move at a time.
 */
public final class Moves {

    private final SpaceEnvironment environment;
    private final SpaceParts parts;
    private final Runnable afterwards;
    private final AtomicBoolean moving = new AtomicBoolean();

    /**
     * @param environment what the space needs of the core
     * @param parts the space
     * @param afterwards run after each move, whatever came of it, in nobody's turn
     */
    Moves(SpaceEnvironment environment, SpaceParts parts, Runnable afterwards) {
        this.environment = environment;
        this.parts = parts;
        this.afterwards = afterwards;
    }

    /** Opens a session. */
    @FunctionalInterface
    public interface Opening {

        /**
         * @return an empty session
         * @throws IommuException if the backend opens none
         */
        BackendSession open() throws IommuException;
    }

    /**
     * Moves the space.
     *
     * @param backend the other backend's name
     * @param opening opens a session of that backend
     * @param moved run in the writer's turn when the space is there
     * @param stays asked in the writer's turn whether the backend that is left is still there, if the space stays
     * @return what was done
     * @throws IommuException if it cannot be moved
     */
    public CommitReport run(String backend, Opening opening, Runnable moved, BooleanSupplier stays)
            throws IommuException {
        String cause = "move of '%s' to %s".formatted(parts.published().now().options().name(), backend);
        if (parts.published().now().options().lasting()) {
            throw new IommuException(cause, "it outlives the process, which another backend could not take over",
                    "open one that ends with the process");
        }
        if (!moving.compareAndSet(false, true)) {
            throw new IommuException(cause, "it is being moved already", "wait until it is there");
        }
        try {
            return run(cause, backend, opening.open(), new Ends(moved, stays));
        } finally {
            moving.set(false);
            afterwards.run();
        }
    }

    /** What the caller has to do with the two backends. */
    private record Ends(Runnable moved, BooleanSupplier stays) {}

    private CommitReport run(String cause, String backend, BackendSession opened, Ends ends)
            throws IommuException {
        GuardedSession to = null;
        try {
            to = new GuardedSession(parts.published().now().options().on(backend), opened);
            return withOwners(cause, to, ends);
        } catch (IommuException | RuntimeException failure) {
            closeAfter(opened, failure);
            throw failure;
        }
    }

    private CommitReport withOwners(String cause, GuardedSession to, Ends ends) throws IommuException {
        Owners owners = new Owners(cause, environment.patience().get());
        try {
            PluginAway.awaited(() -> inTurn(cause, move -> {
                move.check();
                return null;
            }, to, ends));
            Optional<CommitReport> report = Optional.empty();
            while (report.isEmpty()) {
                owners.quiesce(parts.devices().all());
                report = PluginAway.awaited(() -> inTurn(cause, move -> owners.haveAll(parts.devices().all())
                        ? Optional.of(carriedOut(move, ends.moved))
                        : Optional.empty(), to, ends));
            }
            parts.news().post(DmaTopics.SPACE_MOVED, cause, parts.published().now(), "");
            return report.get();
        } finally {
            owners.resume();
        }
    }

    private static CommitReport carriedOut(Move move, Runnable moved) throws IommuException {
        CommitReport report = move.run();
        moved.run();
        return report;
    }

    /** What is done in the writer's turn. */
    private interface Step<T> {
        T run(Move move) throws IommuException;
    }

    private <T> T inTurn(String cause, Step<T> step, GuardedSession to, Ends ends) throws IommuException {
        parts.turn().take(cause);
        SpaceSnapshot before = parts.published().now();
        List<IommuException> failures = List.of();
        try {
            parts.published().requireOpen(cause);
            parts.devices().observe();
            return step.run(new Move(cause, environment.planner(), parts, to, ends.stays));
        } catch (PluginAway away) {
            throw away;
        } catch (IommuException failure) {
            failures = List.of(failure);
            throw failure;
        } finally {
            SpaceSnapshot after = parts.published().now();
            parts.turn().give();
            if (!failures.isEmpty()) {
                parts.news().tell(cause, before, after, failures);
            }
        }
    }

    /** Closing a session twice does nothing. */
    private static void closeAfter(BackendSession opened, Exception failure) {
        try {
            opened.close();
        } catch (IommuException | RuntimeException kept) {
            failure.addSuppressed(kept);
        }
    }
}
