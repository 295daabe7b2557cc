package org.pinion.core.space;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceOptions;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.DirtyTracking;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.holder.HeldSpace;

/** A session whose every failure is an {@link IommuException}, whatever a faulty plugin throws or returns. */
final class GuardedSession implements BackendSession {

    private final boolean lasting;
    private volatile String backend;
    private volatile BackendSession session;
    private volatile BackendCapabilities capabilities;
    private volatile HeldSpace bequest;

    /** A call of a backend. */
    interface Call<T> {
        T run() throws IommuException;
    }

    GuardedSession(SpaceOptions options, BackendSession session) throws IommuException {
        this.backend = options.backend();
        this.lasting = options.lasting();
        this.session = session;
        if (lasting) {
            outliveProcess("keep address space '" + options.name() + "' beyond this process", session);
        }
        this.capabilities = answer("ask for the capabilities", session::capabilities);
    }

    private GuardedSession(String backend, BackendSession session, BackendCapabilities capabilities) {
        this.backend = backend;
        this.lasting = false;
        this.session = session;
        this.capabilities = capabilities;
    }

    /** Goes on with a session that was handed over. */
    private GuardedSession(HeldSpace held) {
        SpaceOptions options = held.snapshot().options();
        backend = options.backend();
        lasting = options.lasting();
        session = new AwaySession(backend, held.capabilities(), held.snapshot().ledger());
        capabilities = held.capabilities();
        bequest = held.formerProcess() ? held : null;
    }

    private void outliveProcess(String operation, BackendSession asked) throws IommuException {
        guard(operation, () -> {
            asked.outliveProcess(operation);
            return null;
        });
    }

    /**
     * A session that is to go on with what another one handed over.
     *
     * @param session the session
     * @param capabilities what it can do
     */
    record Adopted(BackendSession session, BackendCapabilities capabilities) {}

    /** {@return the versions in which it can be handed over; none, if it cannot say} */
    @Override
    public Set<Integer> handsOver() {
        try {
            return Set.copyOf(answer("ask how it is handed over", session::handsOver));
        } catch (IommuException unknown) {
            return Set.of();
        }
    }

    /** Has the session let go; from then on it is forgotten, and nothing can be carried out. */
    HandOver handOver(String operation, int version) throws IommuException {
        AwaySession away = new AwaySession(backend, capabilities, ledger());
        HandOver handOver = answer(operation, () -> session.handOver(version));
        session = away;
        return handOver;
    }

    /** {@return a session that another core has handed over, and that goes on when somebody adopts it} */
    static GuardedSession away(HeldSpace held) {
        return new GuardedSession(held);
    }

    /** {@return what a process that has ended left, as long as no backend has gone on with it} */
    Optional<HeldSpace> bequest() {
        return Optional.ofNullable(bequest);
    }

    @Override
    public HandOver lasting(Set<String> leaving) throws IommuException {
        return answer("tell what outlives the process", () -> session.lasting(leaving));
    }

    /** {@return a session that has gone on, once it has said what it can do} */
    Adopted adopted(String operation, Call<BackendSession> adopt) throws IommuException {
        BackendSession next = answer(operation, adopt);
        HeldSpace left = bequest;
        if (left != null) {
            guard(operation, () -> {
                next.changeProcess(operation, left.entries(), left.doubtful());
                return null;
            });
        }
        if (lasting) {
            outliveProcess(operation, next);
        }
        return new Adopted(next, answer(operation, next::capabilities));
    }

    /** {@return the handle by which another session goes on with a device} */
    DeviceHandle handle(Adopted next, String device) throws IommuException {
        return answer("go on with " + device, () -> next.session.attached(device));
    }

    /** Goes on with another session. */
    void goOn(Adopted next) {
        session = next.session;
        capabilities = next.capabilities;
        bequest = null;
    }

    /** {@return which backend it is of} */
    String backend() {
        return backend;
    }

    /** {@return another way to the session that is reached by this one now} */
    GuardedSession now() {
        return new GuardedSession(backend, session, capabilities);
    }

    /** Leads to another session from now on, perhaps of another backend. */
    void leadTo(GuardedSession other) {
        backend = other.backend;
        session = other.session;
        capabilities = other.capabilities;
    }

    @Override
    public BackendCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        return answer("learn the limits of " + device, () -> session.preflight(device));
    }

    /** {@return what the session expects; what is known elsewhere, if it cannot say: it is asked for certain later} */
    @Override
    public DeviceLimits expect(DeviceLimits elsewhere) {
        try {
            return answer("expect " + elsewhere.device(), () -> session.expect(elsewhere)).of(elsewhere.device());
        } catch (IommuException unknown) {
            return elsewhere;
        }
    }

    @Override
    public void release(String device) throws IommuException {
        guard("release " + device, () -> {
            session.release(device);
            return null;
        });
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        return answer("attach " + device, () -> session.attach(device));
    }

    /** {@return which device a handle is for} */
    HostDevice deviceOf(String device, DeviceHandle handle) throws IommuException {
        return answer("describe " + device, handle::device);
    }

    @Override
    public void detach(String device) throws IommuException {
        guard("detach " + device, () -> {
            session.detach(device);
            return null;
        });
    }

    @Override
    public void separate(String device, List<Mapping> mapped) throws IommuException {
        guard("set " + device + " apart", () -> {
            session.separate(device, mapped);
            return null;
        });
    }

    @Override
    public void join(String device) throws IommuException {
        guard("take " + device + " back to the other devices", () -> {
            session.join(device);
            return null;
        });
    }

    @Override
    public RangeSet usable() throws IommuException {
        return answer("ask for the usable addresses", session::usable);
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        try {
            session.map(mapping);
        } catch (RuntimeException | Error thrown) {
            throw new BackendFailure("map " + mapping, backend, thrown);
        }
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        try {
            session.unmap(mapping);
        } catch (RuntimeException | Error thrown) {
            throw new BackendFailure("unmap " + mapping, backend, thrown);
        }
    }

    @Override
    public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        guard("cut " + mapping + " to " + keep, () -> {
            session.cut(mapping, keep);
            return null;
        });
    }

    /** {@return what the session says; that it pins, if it cannot say: whoever counts on it must not count too low} */
    @Override
    public boolean pins(String device) {
        try {
            return session.pins(device);
        } catch (RuntimeException | Error unknown) {
            return true;
        }
    }

    /** {@return what the session says; that it does not, if it cannot say} */
    @Override
    public boolean pinsForEachDevice() {
        try {
            return answer("ask whether every device pins by itself", session::pinsForEachDevice);
        } catch (IommuException unknown) {
            return false;
        }
    }

    /** {@return what the session says; that it does not, if it cannot say} */
    @Override
    public boolean keepsCutPages() {
        try {
            return answer("ask whether a cut keeps pages pinned", session::keepsCutPages);
        } catch (IommuException unknown) {
            return false;
        }
    }

    /** {@return what the session says; that it does not, if it cannot say} */
    @Override
    public boolean keepsThroughCut(Mapping mapping) {
        try {
            return answer("ask what a cut keeps", () -> session.keepsThroughCut(mapping));
        } catch (IommuException unknown) {
            return false;
        }
    }

    @Override
    public DirtyTracking startDirtyTracking() throws IommuException {
        return answer("start to track dirty pages", session::startDirtyTracking);
    }

    @Override
    public RangeSet takeDirty(AddressRange range) throws IommuException {
        return answer("tell dirty pages", () -> session.takeDirty(range));
    }

    @Override
    public void stopDirtyTracking() throws IommuException {
        guard("stop tracking dirty pages", () -> {
            session.stopDirtyTracking();
            return null;
        });
    }

    /** {@return what the session knows; nothing, if it cannot say: the kernel has the last word in any case} */
    @Override
    public Budget budget() {
        try {
            return answer("ask for the budget", session::budget);
        } catch (IommuException unknown) {
            return Budget.UNKNOWN;
        }
    }

    /** {@return what the session counts; nothing, if it cannot: a figure for people must not fail a change} */
    @Override
    public Ledger ledger() {
        try {
            return answer("ask for the ledger", session::ledger);
        } catch (IommuException unknown) {
            return Ledger.EMPTY;
        }
    }

    @Override
    public void close() throws IommuException {
        guard("close", () -> {
            session.close();
            return null;
        });
    }

    private <T> T answer(String operation, Call<T> call) throws IommuException {
        return guard(operation, () -> Objects.requireNonNull(call.run(), "it answered null"));
    }

    private <T> T guard(String operation, Call<T> call) throws IommuException {
        try {
            return call.run();
        } catch (RuntimeException | Error thrown) {
            throw new BackendFailure(operation, backend, thrown);
        }
    }
}
