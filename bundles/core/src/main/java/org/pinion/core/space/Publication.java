package org.pinion.core.space;

import java.util.List;
import java.util.Optional;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Pending;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;

/**
 * The snapshot that readers see; its writer exchanges it for another one, but for what is said of the backend, which
 * may leave while a writer does not end.
 */
final class Publication {

    private volatile SpaceSnapshot now;
    private volatile List<Mapping> doubtful = List.of();

    Publication(SpaceOptions options, Plan plan, Ledger ledger) {
        now = new SpaceSnapshot(options, State.ACTIVE, 0, List.of(), plan, List.of(), List.of(), ledger);
    }

    SpaceSnapshot now() {
        return now;
    }

    /** {@return what the kernel may hold beside the snapshot's table, since removing it failed} */
    List<Mapping> doubtful() {
        return doubtful;
    }

    boolean closed() {
        return now.state() == State.CLOSED;
    }

    /** Throws if the space is closed. */
    void requireOpen(String operation) throws IommuException {
        if (closed()) {
            throw new IommuException(
                    operation, "address space '" + now.options().name() + "' is closed", "open it again");
        }
    }

    boolean degraded() {
        return now.state() == State.DEGRADED;
    }

    /** The space has changed. */
    void changed(Plan plan, Table table, Table.Comparison comparison, List<HostDevice> devices, Ledger ledger) {
        changed(now.options(), plan, table, comparison, devices, ledger);
    }

    /** The space has changed, and its backend may be another. */
    synchronized void changed(
            SpaceOptions options,
            Plan plan,
            Table table,
            Table.Comparison comparison,
            List<HostDevice> devices,
            Ledger ledger) {
        doubtful = List.copyOf(comparison.doubtful());
        now = new SpaceSnapshot(
                options,
                comparison.exact() ? State.ACTIVE : State.DEGRADED,
                now.version() + 1,
                devices,
                plan,
                table.joined(),
                comparison.missing(),
                ledger,
                now.backendAway(),
                now.pending());
    }

    /** {@return whether the snapshot says already what is there} */
    boolean says(Table table, Table.Comparison comparison, List<HostDevice> devices) {
        return comparison.exact() == (now.state() == State.ACTIVE)
                && comparison.missing().equals(now.missing())
                && comparison.doubtful().equals(doubtful)
                && table.joined().equals(now.table())
                && devices.equals(now.devices());
    }

    /** Another core has published this. */
    synchronized void goOnFrom(SpaceSnapshot snapshot) {
        now = snapshot;
    }

    synchronized void backendAway(String sentence) {
        now = now.withBackendAway(sentence);
    }

    /** What somebody must decide, or nothing any more. */
    synchronized SpaceSnapshot pending(Optional<Pending> pending) {
        if (!pending.equals(now.pending())) {
            now = now.withPending(pending);
        }
        return now;
    }

    synchronized void close(Plan nothing) {
        doubtful = List.of();
        now = new SpaceSnapshot(
                now.options(), State.CLOSED, now.version() + 1, List.of(), nothing, List.of(), List.of(), Ledger.EMPTY);
    }
}
