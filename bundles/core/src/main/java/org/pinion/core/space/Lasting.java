package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.table.ChangeSet;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.KeptSpace;
import org.pinion.spi.holder.SpaceKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the next process able to go on with a space, whenever this one ends: before a change what it touches is written
 * down as being in doubt, and after it what is there. Does nothing for a space that ends with this process. Used by the
 * space's writer alone.
 */
final class Lasting {

    private static final Logger LOG = LoggerFactory.getLogger(Lasting.class);

    private final Publication published;
    private final Supplier<Optional<SpaceKeeper>> keepers;
    private final State state;
    private SpaceKeeper keeper;
    private volatile KeptSpace kept;
    private List<Mapping> touched = List.of();
    private SpaceSnapshot written;

    /** Tells the space as it is, for another process. */
    interface State {

        /**
         * @param leaving devices that are about to be detached
         * @param touched entries that are about to change, or to come
         */
        HeldSpace of(Set<String> leaving, List<Mapping> touched) throws IommuException;
    }

    /**
     * @param published what readers see
     * @param keepers who keeps spaces now, asked each time
     * @param state the space for another process
     */
    Lasting(Publication published, Supplier<Optional<SpaceKeeper>> keepers, State state) {
        this.published = published;
        this.keepers = keepers;
        this.state = state;
    }

    /** Begins, if the space is to outlive this process. */
    void begin() throws IommuException {
        SpaceOptions options = published.now().options();
        if (!options.lasting()) {
            return;
        }
        String operation = "keep address space '" + options.name() + "' beyond this process";
        keepWith(keepers.get().orElseThrow(() -> new IommuException(
                operation,
                "nobody keeps it: there is no bundle org.pinion.keeper with a native kernel",
                "start it, or open a space that ends with the process")));
    }

    private void keepWith(SpaceKeeper next) throws IommuException {
        // Who refuses is not asked again.
        keeper = next;
        kept = next.keep(published.now().options().name());
        written = null;
    }

    /** Whoever keeps spaces by now goes on with this one; if he does not, he who has kept it until now does. */
    void goOn() {
        SpaceOptions options = published.now().options();
        Optional<SpaceKeeper> now = keepers.get().filter(next -> next != keeper);
        if (!options.lasting() || published.closed() || now.isEmpty()) {
            return;
        }
        try {
            keepWith(now.get());
        } catch (IommuException unkept) {
            LOG.error("address space '{}' {}: {}", options.name(),
                    kept == null ? "ends with this process" : "is kept as it was before", unkept.getMessage());
        }
    }

    /** Writes the space down for the first time. */
    void write() throws IommuException {
        if (kept == null) {
            return;
        }
        try {
            write(Set.of());
        } catch (IommuException unwritten) {
            end();
            throw unwritten;
        }
    }

    /** Something is about to change; if that cannot be written down, it must not. */
    void announce(ChangeSet changes) throws IommuException {
        goOn();
        if (kept == null || changes.isEmpty()) {
            return;
        }
        // What comes is there only when what goes is not: in this order each is removed as it was mapped.
        List<Mapping> all = new ArrayList<>(changes.maps());
        all.addAll(changes.unmaps());
        changes.cuts().forEach(cut -> all.add(cut.entry()));
        all.addAll(touched);
        touched = List.copyOf(all);
        write(Set.of());
    }

    /** A device is about to be detached: whoever else has its file open would keep it from being closed. */
    void leaving(String device) throws IommuException {
        goOn();
        if (kept != null) {
            write(Set.of(device));
        }
    }

    /** A change is over, whatever came of it. What was announced stays in doubt if this cannot be written down. */
    void settled() {
        goOn();
        boolean current = touched.isEmpty() && published.now() == written;
        if (kept == null || current || published.closed()) {
            return;
        }
        List<Mapping> announced = touched;
        touched = List.of();
        try {
            write(Set.of());
        } catch (IommuException unwritten) {
            touched = announced;
            LOG.error("{}", unwritten.getMessage());
        }
    }

    private void write(Set<String> leaving) throws IommuException {
        written = null;
        kept.write(state.of(leaving, touched));
        written = leaving.isEmpty() && touched.isEmpty() ? published.now() : null;
    }

    /** The space closes: nobody is to go on with it. */
    void end() {
        if (kept != null) {
            kept.end();
            kept = null;
        }
    }

    /** {@return whether the next process can go on with the space} */
    boolean isKept() {
        return kept != null;
    }
}
