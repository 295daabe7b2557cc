package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Held;
import org.pinion.core.table.SameTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One move of a space to a session of another backend, in the writer's turn. It is planned twice: with what is known of
 * the devices while they are where they are, and with what the kernel says of them where they come to.
 */
final class Move implements Passage {

    private static final Logger LOG = LoggerFactory.getLogger(Move.class);

    private final String cause;
    private final PlanMaker planner;
    private final SpaceParts parts;
    private final GuardedSession from;
    private final GuardedSession to;
    private final BooleanSupplier stays;

    /**
     * @param cause what is being done, for messages
     * @param planner asks the plugins
     * @param parts the space
     * @param to an empty session of the other backend
     * @param stays whether the backend that is left is still there, in case the space stays with it
     */
    Move(String cause, PlanMaker planner, SpaceParts parts, GuardedSession to, BooleanSupplier stays) {
        this.cause = cause;
        this.planner = planner;
        this.parts = parts;
        this.from = parts.session().now();
        this.to = to;
        this.stays = stays;
    }

    /** Throws if it is known beforehand that the move would fail. Changes nothing. */
    void check() throws IommuException {
        if (parts.published().degraded()) {
            throw new IommuException(cause, "the space is degraded", "commit again: that heals it; then move it");
        }
        if (parts.dirtyLogs().isOpen()) {
            throw new IommuException(cause, "written pages are being logged, and the log would end", "close the log");
        }
        List<DeviceLimits> expected = new ArrayList<>();
        parts.devices().all().forEach(device -> expected.add(to.expect(device.limitsNow())));
        Planned plan = plan(expected);
        requireRoom(plan);
    }

    /** Moves the space; if anything fails, it is where it was. */
    CommitReport run() throws IommuException {
        check();
        parts.presence().moving(to.backend());
        try {
            parts.devices().pause();
            requireNothingOpen();
            return move();
        } finally {
            parts.devices().resume();
            backendIsThere();
        }
    }

    /** Either backend may have left meanwhile, when there was no turn to let go in. */
    private void backendIsThere() {
        if (parts.session().backend().equals(to.backend()) || stays.getAsBoolean()) {
            parts.presence().there();
        } else {
            parts.presence().left("it left during the " + cause, true);
        }
        parts.published().backendAway(parts.presence().sentence());
    }

    private void requireNothingOpen() throws IommuException {
        for (OpenDevice device : parts.devices().all()) {
            String open = device.holdings().words();
            if (!open.isEmpty()) {
                throw new IommuException(
                        cause,
                        "the driver of " + device.device().address() + " has something open that would end: " + open,
                        "close it, or give the device an owner who does so when it is asked");
            }
        }
    }

    private CommitReport move() throws IommuException {
        PlanInForce inForce = parts.inForce();
        Planned plan = inForce.attempt(cause, inForce.now(), () -> parts.table().move(this));
        try {
            from.close();
        } catch (IommuException kept) {
            LOG.warn("{}: the former session was left, and did not close: {}", cause, kept.getMessage());
        }
        inForce.moved(plan, options());
        return new CommitReport(plan.plan(), List.of(), List.of(), parts.table().bytes(), parts.table().bytes());
    }

    @Override
    public void leave(Transaction undo) throws IommuException {
        for (OpenDevice device : parts.devices().all()) {
            undo.onUndo(device::restore);
            device.quiesce();
        }
    }

    @Override
    public Planned arrive(Transaction undo) throws IommuException {
        Readmission readmission = parts.devices().readmission();
        undo.onUndo(() -> readmission.bringBack(parts.inForce().now().plan()));
        readmission.letAllOut();
        undo.onUndo(this::comeBack);
        parts.session().leadTo(to);
        SortedMap<String, DeviceLimits> learned = readmission.learn();
        Planned plan = planThere(learned);
        requireRoom(plan);
        readmission.letAllIn(learned, plan.plan());
        requirePredicted(plan);
        return plan;
    }

    /** Whatever the other session has goes with it. */
    private void comeBack() throws IommuException {
        try {
            to.close();
        } finally {
            parts.session().leadTo(from);
        }
    }

    /** There is no waiting for a plugin that is being replaced while devices reach nothing. */
    private Planned planThere(SortedMap<String, DeviceLimits> learned) throws IommuException {
        List<DeviceLimits> now = new ArrayList<>();
        for (OpenDevice device : parts.devices().all()) {
            now.add(device.watch().apply(learned.get(device.limits().device())));
        }
        try {
            return plan(now);
        } catch (PluginAway away) {
            throw new IommuException(cause, null, null, away.why(), away.remedy(), away);
        }
    }

    private Planned plan(List<DeviceLimits> devices) throws IommuException {
        IovaLimits limits = IovaLimits.intersect(to.capabilities().pageSize(), devices);
        Optional<String> without = limits.withoutCommonPage();
        if (without.isPresent()) {
            throw new IommuException(cause, without.get(), "");
        }
        Planned now = parts.inForce().now();
        Goal goal = Goal.whole(now.plan().view(), limits);
        Planned plan = ApartPlans.plan(planner, options(), to.capabilities(), goal).accepted(cause);
        SameTable.require(cause, now.wanted(), plan.plan(), plan.wanted());
        return plan;
    }

    private SpaceOptions options() {
        return parts.published().now().options().on(to.backend());
    }

    /** All is pinned anew, and takes entries of its own. */
    private void requireRoom(Planned plan) throws IommuException {
        ChangeSet maps = parts.table().whole(plan, to);
        Map<String, RangeSet> pins = parts.devices().pinned(plan.plan().limits(), List.of(), to);
        Held nothing = Held.of(RangeList.empty());
        PinDemand.of(maps, nothing, Map.of(), pins, to.keepsCutPages()).require(cause, to.budget());
    }

    private void requirePredicted(Planned plan) throws IommuException {
        RangeSet usable = parts.session().usable();
        if (!usable.equals(plan.plan().limits().usable())) {
            throw new IommuException(
                    cause,
                    "the kernel now lets %s be used, where %s was predicted"
                            .formatted(usable, plan.plan().limits().usable()),
                    "look whether another process or a hot-plug changed a device's group; then move it again");
        }
    }

    @Override
    public void goOn() throws IommuException {
        for (OpenDevice device : parts.devices().all()) {
            device.restore();
        }
        parts.devices().observe();
        parts.devices().settled();
    }
}
