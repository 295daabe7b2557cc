package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.CommitReport;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Pending;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plan.Planned;
import org.pinion.spi.holder.HeldSpace;

/**
 * The plan in force in one space, and the way to the next: whatever comes of a step, what is really there is published
 * after it. Used by the space's writer alone.
 */
final class PlanInForce {

    private final GuardedSession session;
    private final Table table;
    private final Devices devices;
    private final RecentBudget budget;
    private final Publication published;
    private Planned planned;

    PlanInForce(GuardedSession session, Table table, Devices devices, Publication published, Planned planned) {
        this.session = session;
        this.table = table;
        this.devices = devices;
        this.published = published;
        this.planned = planned;
        budget = new RecentBudget(session::budget);
        table.compareTo(planned);
    }

    Planned now() {
        return planned;
    }

    /** Another plan is in force that wants the same, or nothing is done to install it. */
    void replace(Planned other) {
        planned = other;
    }

    /** Goes on from what another core has installed and published. */
    void goOnFrom(HeldSpace held) {
        // What a process left in doubt when it ended is cleared away by the backend that adopts.
        table.goOnWith(held.entries(), held.formerProcess() ? List.of() : held.doubtful());
        planned = Planned.madeElsewhere(held.snapshot().plan());
        published.goOnFrom(held.snapshot());
        settle(planned);
    }

    CommitReport install(String operation, Planned plan, Planned otherwise, Table.Between between)
            throws IommuException {
        return install(operation, plan, otherwise, List.of(), between);
    }

    CommitReport install(
            String operation, Planned plan, Planned otherwise, List<String> pinning, Table.Between between)
            throws IommuException {
        LastingMemoryOnly.require(operation, published.now().options(), plan.plan());
        Map<String, RangeSet> pinned = devices.pinned(planned.plan().limits(), List.of());
        Map<String, RangeSet> pins = devices.pinned(plan.plan().limits(), pinning);
        CommitReport report = attempt(operation, otherwise, () -> table.install(
                operation,
                plan,
                (changes, held) -> budget.require(
                        operation, PinDemand.of(changes, held, pinned, pins, session.keepsCutPages())),
                devices.placing(plan.plan(), table.held(), between)));
        devices.settled();
        published.pending(Optional.empty());
        publish(plan, Table.Comparison.EQUAL);
        return report;
    }

    /** A plan is installed by another session, which another backend has. */
    void moved(Planned plan, SpaceOptions options) {
        budget.forget();
        published.pending(Optional.empty());
        planned = plan;
        Table.Comparison exact = Table.Comparison.EQUAL;
        published.changed(options, plan.plan(), table, exact, devices.hosts(), session.ledger());
    }

    /**
     * What a device's own memory was mapped for goes while the device still answers for it; what only the device had
     * kept out comes when it is gone. In between there is no way back: the device stands closed.
     */
    CommitReport detach(String operation, Planned plan, Table.Between letOut) throws IommuException {
        List<Mapping> withdrawn = attempt(operation, planned, () -> table.withdraw(plan, letOut));
        CommitReport report = install(operation, plan, plan, _ -> {});
        List<Mapping> unmapped = new ArrayList<>(withdrawn);
        unmapped.addAll(report.unmapped());
        return new CommitReport(plan.plan(), report.mapped(), unmapped, report.keptBytes(), report.remappedBytes());
    }

    /** A plan that cannot be made keeps no device in: only what shows the device's own memory goes with it. */
    CommitReport detachUnplanned(String operation, String device, Table.Between letOut) throws IommuException {
        List<Mapping> withdrawn = attempt(operation, planned, () -> table.withdraw(device, letOut));
        settle(planned);
        return new CommitReport(planned.plan(), List.of(), withdrawn, table.bytes());
    }

    /** Installs a plan that nobody has asked for; what it refuses is for somebody to decide. */
    CommitReport replanned(String cause, PluginAway.Step<Planned> planning) throws IommuException {
        try {
            Planned plan = attempt(cause, planned, () -> planning.run().accepted(cause));
            boolean same = !published.degraded()
                    && plan.plan().equals(planned.plan())
                    && table.compareTo(plan).exact();
            CommitReport report = same ? null : install(cause, plan, planned, _ -> {});
            replace(plan);
            published.pending(Optional.empty());
            return report;
        } catch (PluginAway away) {
            throw away;
        } catch (IommuException undecided) {
            // A core that stops interrupts what it plans: the next one plans anew, and there is nothing to decide.
            if (!Thread.currentThread().isInterrupted()) {
                published.pending(Optional.of(Pending.of(cause, undecided)));
            }
            throw undecided;
        }
    }

    /** Runs a step; if it fails, publishes what is really there, compared to the plan then in force. */
    <T> T attempt(String operation, Planned otherwise, PluginAway.Step<T> step) throws IommuException {
        try {
            return step.run();
        } catch (IommuException failure) {
            settle(otherwise);
            throw published.degraded()
                    ? Degraded.of(
                            operation, failure, published, devices.unplanned(published.now().plan()))
                    : failure;
        }
    }

    /** After a failure: publishes what is really there, if it is not what the snapshot says already. */
    void settle(Planned plan) {
        Table.Comparison comparison =
                table.compareTo(plan).and(devices.unplanned(plan.plan()).isEmpty());
        if (plan != planned || !published.says(table, comparison, devices.hosts())) {
            publish(plan, comparison);
        }
    }

    private void publish(Planned plan, Table.Comparison comparison) {
        planned = plan;
        published.changed(plan.plan(), table, comparison, devices.hosts(), session.ledger());
    }
}
