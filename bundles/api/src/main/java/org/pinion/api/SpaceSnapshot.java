package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * An address space at one moment. All parts belong together: the table is what the kernel holds for exactly this plan,
 * but in state {@link State#DEGRADED}.
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
public record SpaceSnapshot(
        SpaceOptions options,
        State state,
        long version,
        List<HostDevice> devices,
        Plan plan,
        RangeList<Mapping> table,
        List<Mapping> missing,
        Ledger ledger) {

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
}
