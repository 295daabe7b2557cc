package org.pinion.core.space;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.holder.HeldSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a space passes from one session to the next. The session lets go of what it has of the kernel when its bundle
 * leaves, the record stays here, and whoever comes next goes on from it. Everything is done in the writer's turn, with
 * no device being accessed.
 */
public final class Succession {

    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    private final String space;
    private final GuardedSession session;
    private final Devices devices;
    private final WriterTurn turn;
    private final BackendPresence presence;
    private final Publication published;
    private final SpaceNews news;
    private final Replans replans;
    private volatile HandOver held;

    /**
     * @param session what passes on
     * @param devices the devices that are reached by it
     * @param turn lets one writer at a time at the space
     * @param presence tells writers whether they can do anything
     * @param published tells readers
     * @param news tells listeners
     * @param replans plans anew what could not be planned meanwhile or may be planned otherwise now
     */
    Succession(
            GuardedSession session,
            Devices devices,
            WriterTurn turn,
            BackendPresence presence,
            Publication published,
            SpaceNews news,
            Replans replans) {
        this.space = published.now().options().name();
        this.session = session;
        this.devices = devices;
        this.turn = turn;
        this.presence = presence;
        this.published = published;
        this.news = news;
        this.replans = replans;
    }

    /** {@return whether somebody has to go on with the space} */
    public boolean waiting() {
        return !presence.isThere() && !presence.isMoving() && !published.closed();
    }

    /**
     * The backend's service is leaving. Returns when the session has let go: the bundle may end then.
     *
     * @param who which backend, with its bundle
     * @param replaced whether another bundle, or this one again, is to take its place soon
     * @param next who is there already; empty if nobody is
     * @param still tells whether the space is still that backend's, when it is the backend's turn: it may have been
     *     moved to another one until then
     */
    public void leave(String who, boolean replaced, Optional<Successor> next, BooleanSupplier still) {
        presence.left(who + " left", replaced || next.isPresent());
        try {
            turn.takeAlone("hand-over of the backend");
        } catch (IommuException busy) {
            stay(who, busy, still);
            return;
        }
        try {
            if (!still.getAsBoolean()) {
                presence.there();
                return;
            }
            // Whoever had the turn before may have ended the absence with an absence of its own.
            presence.left(who + " left", replaced || next.isPresent());
            // Who leaves lets go in any case; whoever takes none of its versions is refused when it is to adopt.
            letGo(next.filter(successor -> !common(session.handsOver(), successor).isEmpty()));
        } catch (IommuException stays) {
            LOG.error("address space '{}' is not handed over: {}", space, stays.getMessage());
            presence.left(who + " left; " + stays.why(), false);
        } finally {
            published.backendAway(published.closed() ? "" : presence.sentence());
            turn.give();
            replans.catchUp();
        }
        news.post(DmaTopics.SPACE_HELD, who + " left", published.now(), presence.sentence());
    }

    /** Whoever has the turn does not end what it does by the backend: nobody waits for that, and the next may adopt. */
    private void stay(String who, IommuException busy, BooleanSupplier still) {
        LOG.error("address space '{}' is not handed over: {}", space, busy.getMessage());
        if (still.getAsBoolean()) {
            presence.left(who + " left; " + busy.why(), false);
            published.backendAway(presence.sentence());
            news.post(DmaTopics.SPACE_HELD, who + " left", published.now(), presence.sentence());
        }
    }

    /**
     * The backend that left is not replaced after all: whoever waits for one is told that it is gone.
     *
     * @param why who left, and why nobody comes
     */
    public void giveUp(String why) {
        if (!presence.giveUp(why)) {
            return;
        }
        try {
            turn.takeAlone("giving up the backend");
        } catch (IommuException busy) {
            LOG.error("address space '{}' does not show yet that its backend is gone: {}", space, busy.getMessage());
            return;
        }
        try {
            published.backendAway(published.closed() ? "" : presence.sentence());
        } finally {
            turn.give();
        }
    }

    private void letGo(Optional<Successor> next) throws IommuException {
        if (published.closed() || held != null) {
            return;
        }
        String operation = "hand '" + space + "' over";
        Set<Integer> offered = session.handsOver();
        int version = version(operation, offered, next);
        devices.pause();
        try {
            held = session.handOver(operation, version);
        } catch (IommuException stays) {
            devices.resume();
            throw stays;
        }
        devices.letGo();
    }

    /** The last version that both know; without a successor the last one there is, which later ones know too. */
    private static int version(String operation, Set<Integer> offered, Optional<Successor> next)
            throws IommuException {
        Set<Integer> common = next.map(successor -> common(offered, successor)).orElse(offered);
        return common.stream().max(Integer::compare).orElseThrow(() -> new IommuException(
                operation,
                offered.isEmpty()
                        ? "its backend hands nothing over"
                        : "it is handed over in version %s, and %s takes %s"
                                .formatted(offered, next.orElseThrow().who(), next.orElseThrow().adopts()),
                "close the space, or install a backend that takes one of these versions"));
    }

    private static Set<Integer> common(Set<Integer> offered, Successor next) {
        Set<Integer> common = new HashSet<>(offered);
        common.retainAll(next.adopts());
        return common;
    }

    /**
     * Goes on with another backend: with what was handed over, or, if the present one is there, with what it hands over
     * now.
     *
     * @param next who goes on
     * @param former who has the space now; empty if it was handed over already, or has left
     * @throws IommuException if it does not go on; the space is as it was
     */
    public void adopt(Successor next, Optional<Successor> former) throws IommuException {
        try {
            passOn(next, former);
        } finally {
            replans.catchUp();
        }
    }

    private void passOn(Successor next, Optional<Successor> former) throws IommuException {
        String operation = "have '%s' adopted by %s".formatted(space, next.who());
        BackendCapabilities before;
        turn.takeAlone(operation);
        try {
            if (published.closed()) {
                return;
            }
            requireSameBackend(operation, next);
            before = session.capabilities();
            goOn(operation, next, former);
        } finally {
            published.backendAway(published.closed() ? "" : presence.sentence());
            turn.give();
        }
        String cause = next.who() + " goes on";
        news.post(DmaTopics.SPACE_ADOPTED, cause, published.now(), "");
        if (!before.equals(session.capabilities())) {
            replans.owe(cause);
        }
    }

    private void requireSameBackend(String operation, Successor next) throws IommuException {
        if (!session.backend().equals(next.backend())) {
            throw new IommuException(operation, "it was moved to backend " + session.backend() + " meanwhile", "");
        }
    }

    private void goOn(String operation, Successor next, Optional<Successor> former) throws IommuException {
        boolean there = presence.isThere();
        if (there) {
            presence.left("it passes to " + next.who(), true);
        }
        try {
            letGo(Optional.of(next));
            enter(operation, next);
        } catch (IommuException refused) {
            if (there && held == null && !(refused.getCause() instanceof PluginFault)) {
                presence.there();
            } else if (there && held != null && former.isPresent()) {
                goBack(operation, former.get(), refused);
            } else {
                // A session that broke off may be letting go still: nobody uses it any more.
                presence.left(refused.why(), false);
            }
            throw refused;
        }
    }

    private void goBack(String operation, Successor former, IommuException refused) {
        try {
            enter(operation, former);
        } catch (IommuException too) {
            refused.addSuppressed(too);
            presence.left("%s; %s".formatted(refused.why(), too.why()), false);
        }
    }

    private void enter(String operation, Successor next) throws IommuException {
        if (!next.adopts().contains(held.version())) {
            throw new IommuException(
                    operation,
                    "it was handed over in version %d, and %s takes %s"
                            .formatted(held.version(), next.who(), next.adopts()),
                    "install a backend that takes that version, or close the space");
        }
        GuardedSession.Adopted adopted = session.adopted(operation, () -> next.adopter().adopt(space, held));
        devices.goOn(adopted);
        session.goOn(adopted);
        held = null;
        devices.resume();
        presence.there();
    }

    /**
     * Lets go for another core.
     *
     * @param before what is done before, in turn
     * @param rest makes the whole of what was handed over
     * @return the whole
     */
    <T> T retire(PluginAway.Step<?> before, Function<HandOver, T> rest) throws IommuException {
        turn.takeAlone("hand-over to another core");
        try {
            if (presence.isThere()) {
                before.run();
            }
            letGo(Optional.empty());
            T whole = rest.apply(Objects.requireNonNull(held, "what was handed over"));
            held = null;
            presence.retire();
            return whole;
        } finally {
            turn.give();
        }
    }

    /**
     * Lets nobody do anything any more, and hands nothing over: the next process gets what is kept beyond this one.
     *
     * @return whether it is left; it is not if somebody was faster
     */
    boolean leaveToNextProcess() throws IommuException {
        turn.takeAlone("leave it to the next process");
        try {
            if (published.closed() || presence.isRetired()) {
                return false;
            }
            presence.retire();
            return true;
        } finally {
            turn.give();
        }
    }

    /** Goes on with what another core was handed over; the backend is still to come. */
    void goOnWith(HeldSpace space) {
        presence.left(space.formerProcess() ? "the process was restarted" : "the core was replaced", true);
        held = space.handOver();
        published.backendAway(presence.sentence());
    }

    /**
     * Gives back what nobody goes on with, when the space closes; called in turn.
     *
     * @return whether there was anything
     */
    boolean giveBack() throws IommuException {
        presence.there();
        HandOver left = held;
        held = null;
        if (left == null) {
            return false;
        }
        left.giveBack("close '" + space + "'");
        return true;
    }
}
