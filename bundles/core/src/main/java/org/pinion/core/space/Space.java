package org.pinion.core.space;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.DirtyLog;
import org.pinion.api.DmaTopics;
import org.pinion.api.Explanation;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.Forecast;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.holder.HeldSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An address space on one session of a backend. Writers take turns; what they publish is a new snapshot. */
public final class Space implements AddressSpace {

    private static final Logger LOG = LoggerFactory.getLogger(Space.class);

    private final SpaceOptions options;
    private final GuardedSession session;
    private final SpaceEnvironment environment;
    private final WriterTurn turn;
    private final Devices devices;
    private final SpaceNews news;
    private final Table table;
    private final DirtyLogs dirtyLogs;
    private final BackendPresence presence;
    private final Succession succession;
    private final Moves moves;
    private final Publication published;
    private final CloseActions closeActions;
    private final PlanInForce inForce;
    private final Lasting lasting;
    private final Changes changes;
    private final Planning planning;
    private final Attachments attachments;
    private final Previews previews;
    private final Replans replans;
    private final SpaceRecord record;

    /**
     * @param options how it was opened
     * @param opened the backend's session for it, with nothing in it
     * @param environment what it needs of the core
     * @throws IommuException if the session does not say what it can do
     */
    public Space(SpaceOptions options, BackendSession opened, SpaceEnvironment environment) throws IommuException {
        this(options, new GuardedSession(options, opened), environment);
        lasting.begin();
        lasting.write();
    }

    /**
     * Goes on with a space of another core, as soon as a backend goes on with its session.
     *
     * @param held the space
     * @param environment what it needs of the core
     * @throws IommuException if what is held is none
     */
    public Space(HeldSpace held, SpaceEnvironment environment) throws IommuException {
        this(held.snapshot().options(), GuardedSession.away(held), environment);
        devices.goOnWith(held);
        inForce.goOnFrom(held);
        record.goOnFrom(held);
        succession.goOnWith(held);
        goOnLasting();
    }

    private Space(SpaceOptions options, GuardedSession session, SpaceEnvironment environment) {
        this.options = options;
        this.environment = environment;
        this.session = session;
        presence = new BackendPresence(options.name(), session::backend, environment.replacement());
        turn = new WriterTurn(options.name(), environment.patience(), presence, environment.calls());
        devices = new Devices(options.name(), session, environment.patience(), this::decodingChanged, presence,
                environment.calls());
        news = new SpaceNews(options.name(), environment.events());
        published = new Publication(options, nothing().plan(), session.ledger());
        lasting = new Lasting(published, environment.keeper(), this::forProcess);
        table = new Table(session, devices::leadsNowhere, devices::isLost, lasting::announce);
        inForce = new PlanInForce(session, table, devices, published, nothing());
        changes = new Changes(turn, published, devices, presence, lasting, news, this::catchUp);
        planning = new Planning(environment.planner(), session, devices, inForce, published);
        attachments = new Attachments(options.name(), changes, planning, session, devices, inForce, lasting);
        previews = new Previews(options.name(), changes, planning, session, devices, table, inForce);
        record = new SpaceRecord(session, table, devices, published);
        dirtyLogs = new DirtyLogs(session, turn, published::requireOpen, this::catchUp);
        closeActions = new CloseActions(options.name());
        SpaceParts parts = new SpaceParts(
                session, devices, table, inForce, published, turn, presence, dirtyLogs, news);
        replans = new Replans(changes, planning, parts);
        succession = new Succession(session, devices, turn, presence, published, news, replans);
        moves = new Moves(environment, parts, this::catchUp);
    }

    @Override
    public SpaceOptions options() {
        return published.now().options();
    }

    @Override
    public SpaceSnapshot snapshot() {
        return published.now();
    }

    @Override
    public Explanation why(long address) {
        return Explainer.explain(published.now(), published.doubtful(), address);
    }

    @Override
    public DirtyLog logDirtyPages() throws IommuException {
        return dirtyLogs.open();
    }

    /**
     * Leaves everything to another core: nothing can be done here any more, and nothing changes for devices. A log of
     * written pages ends.
     *
     * @return the space, as another core goes on with it
     * @throws IommuException if its backend does not let go; nothing was changed
     */
    public HeldSpace hold() throws IommuException {
        return succession.retire(dirtyLogs::end, record::forCore);
    }

    private HeldSpace forProcess(Set<String> leaving, List<Mapping> touched) throws IommuException {
        return record.forProcess(leaving, touched);
    }

    private void goOnLasting() {
        try {
            lasting.begin();
        } catch (IommuException unkept) {
            LOG.error("address space '{}' ends with this process: {}", options.name(), unkept.getMessage());
        }
    }

    /**
     * Has the space kept beyond this process by whoever does so now. If it is busy the next change sees to it; until
     * then it is kept as it was.
     */
    public void keepOn() {
        if (!turn.takeIfFree("keep it beyond this process")) {
            return;
        }
        try {
            lasting.goOn();
            if (presence.isThere()) {
                lasting.settled();
            }
        } finally {
            turn.give();
        }
    }

    /**
     * Leaves the space to the next process, if it is to outlive this one, which is about to end.
     *
     * @return whether it is left
     * @throws IommuException if it is busy
     */
    public boolean leave() throws IommuException {
        return lasting.isKept() && succession.leaveToNextProcess();
    }

    @Override
    public Optional<HostMemory> memory(Backing backing) {
        return record.memory(backing);
    }

    @Override
    public Optional<AttachedDevice> device(String address) {
        return Optional.ofNullable(devices.find(address));
    }

    /** {@return how the space passes from one session to the next} */
    public Succession succession() {
        return succession;
    }

    /** {@return how the space gets to another backend} */
    public Moves moves() {
        return moves;
    }

    @Override
    public Plan preview(FlatView view, Collection<String> plug) throws IommuException {
        return previews.preview(view, plug);
    }

    @Override
    public Forecast forecast(FlatView view, Collection<String> with, String plug) throws IommuException {
        return previews.forecast(view, with, plug);
    }

    @Override
    public CommitReport commit(FlatView view) throws IommuException {
        String operation = "commit of '" + view.name() + "'";
        return changes.change(operation, _ -> commit(operation, Goal.whole(view, devices.limits())));
    }

    @Override
    public CommitReport commit(FlatViewChange viewChange) throws IommuException {
        String operation = "commit of a change";
        return changes.change(operation, _ -> commit(operation, planning.goal(viewChange)));
    }

    private CommitReport commit(String operation, Goal goal) throws IommuException {
        return inForce.install(operation, planning.plan(goal).accepted(operation), inForce.now(), _ -> {});
    }

    @Override
    public AttachedDevice attach(String device) throws IommuException {
        return attachments.attach(device);
    }

    @Override
    public CommitReport detach(String device) throws IommuException {
        return attachments.detach(device);
    }

    /**
     * Plans the whole view again, since a plugin came or went, and applies the difference; what fails or is refused
     * leaves the space as it is and is told as an event.
     *
     * @param cause what happened
     */
    public void replan(String cause) {
        replans.whole(cause);
    }

    /** Plans what depends on the devices' memory again. */
    private void decodingChanged(String cause) {
        replans.ofDevices(cause);
    }

    private void catchUp() {
        replans.catchUp();
    }

    @Override
    public void close() throws IommuException {
        turn.takeAlone("close");
        end();
    }

    /**
     * Closes the space as soon as whoever has the turn gives it, however long that takes.
     *
     * @throws IommuException if the backend does not take everything back, or another core has the space
     */
    public void closeAtLast() throws IommuException {
        turn.takeAtLast("close");
        end();
    }

    private void end() throws IommuException {
        try {
            if (published.closed()) {
                return;
            }
            presence.requireNotRetired("close");
            lasting.end();
            devices.endAll();
            inForce.replace(nothing());
            published.close(inForce.now().plan());
            if (!succession.giveBack()) {
                session.close();
            }
        } finally {
            if (published.closed()) {
                record.close();
            }
            turn.give();
            forget();
        }
    }

    @Override
    public void discardPending() throws IommuException {
        changes.change("discard what is pending", _ -> published.pending(Optional.empty()));
    }

    @Override
    public void whenClosed(Runnable action) {
        closeActions.add(action);
    }

    private void forget() {
        if (published.closed() && closeActions.close()) {
            environment.closed().accept(this);
            news.post(DmaTopics.SPACE_CLOSED, "close", published.now(), "");
        }
    }

    private Planned nothing() {
        return Planned.nothing(devices.limits(), options.policies());
    }
}
