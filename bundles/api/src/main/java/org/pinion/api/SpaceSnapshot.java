package org.pinion.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An address space at one moment. All parts belong together: the table is what the kernel holds for exactly this plan,
 * but in state {@link State#DEGRADED}.
 *
 * @param options how the space was opened, with the backend that has it now
 * @param state whether the table is what the plan asks for
 * @param version counts the changes, from 0
 * @param devices the attached devices, sorted by address
 * @param plan the plan in force
 * @param table the installed mappings, sorted by address, neighbours that continue each other joined
 * @param missing what the plan asks for and the kernel does not hold, if degraded
 * @param ledger what the space holds and what it cost
 * @param backendAway why nothing can be changed for want of a backend, a sentence; empty if the backend is there
 * @param pending what somebody must decide; empty if there is nothing
 */
public record SpaceSnapshot(
        SpaceOptions options,
        State state,
        long version,
        List<HostDevice> devices,
        Plan plan,
        RangeList<Mapping> table,
        List<Mapping> missing,
        Ledger ledger,
        String backendAway,
        Optional<Pending> pending) {

    /** Whether an address space holds what its plan asks for. */
    public enum State {
        /** It holds exactly what its plan asks for. */
        ACTIVE,
        /** A change failed and could not be undone: mappings are missing until the next commit succeeds. */
        DEGRADED,
        /** It is closed and holds nothing. */
        CLOSED
    }

    /** Checks that nothing is null and copies the lists. */
    public SpaceSnapshot {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(ledger, "ledger");
        Objects.requireNonNull(backendAway, "backendAway");
        Objects.requireNonNull(pending, "pending");
        devices = List.copyOf(devices);
        missing = List.copyOf(missing);
    }

    /**
     * Makes a snapshot with a table in any order.
     *
     * @param options how the space was opened
     * @param state whether the table is what the plan asks for
     * @param version counts the changes, from 0
     * @param devices the attached devices, sorted by address
     * @param plan the plan in force
     * @param table the installed mappings, neighbours that continue each other joined
     * @param missing what the plan asks for and the kernel does not hold, if degraded
     * @param ledger what the space holds and what it cost
     */
    public SpaceSnapshot(
            SpaceOptions options,
            State state,
            long version,
            List<HostDevice> devices,
            Plan plan,
            List<Mapping> table,
            List<Mapping> missing,
            Ledger ledger) {
        this(options, state, version, devices, plan, RangeList.copyOf(table), missing, ledger);
    }

    /**
     * Makes a snapshot of a space whose backend is there, with nothing to decide.
     *
     * @param options how the space was opened
     * @param state whether the table is what the plan asks for
     * @param version counts the changes, from 0
     * @param devices the attached devices, sorted by address
     * @param plan the plan in force
     * @param table the installed mappings, sorted by address, neighbours that continue each other joined
     * @param missing what the plan asks for and the kernel does not hold, if degraded
     * @param ledger what the space holds and what it cost
     */
    public SpaceSnapshot(
            SpaceOptions options,
            State state,
            long version,
            List<HostDevice> devices,
            Plan plan,
            RangeList<Mapping> table,
            List<Mapping> missing,
            Ledger ledger) {
        this(options, state, version, devices, plan, table, missing, ledger, "", Optional.empty());
    }

    /**
     * The same with another word on the backend.
     *
     * @param why why it is not there, a sentence; empty if it is there
     * @return the snapshot
     */
    public SpaceSnapshot withBackendAway(String why) {
        return new SpaceSnapshot(options, state, version, devices, plan, table, missing, ledger, why, pending);
    }

    /**
     * The same with something else to decide.
     *
     * @param other what somebody must decide; empty if there is nothing
     * @return the snapshot
     */
    public SpaceSnapshot withPending(Optional<Pending> other) {
        return new SpaceSnapshot(
                options, state, version, devices, plan, table, missing, ledger, backendAway, other);
    }
}
