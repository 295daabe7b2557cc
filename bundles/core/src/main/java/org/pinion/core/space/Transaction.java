package org.pinion.core.space;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.InstalledTable;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.InDoubtException;

/**
 * Carries one change set out, keeps the table true at every step, and remembers how to undo each of them. After a
 * method has thrown, {@link #undo} is the only one to call.
 */
final class Transaction {

    private static final String ENOENT = "ENOENT";

    private final BackendSession session;
    private final InstalledTable table;
    private final Predicate<Mapping> lost;
    private final Deque<Step> undos = new ArrayDeque<>();
    private final List<Mapping> mapped = new ArrayList<>();
    private final List<Mapping> unmapped = new ArrayList<>();

    /** Something that may fail. */
    interface Step {
        void run() throws IommuException;
    }

    Transaction(BackendSession session, InstalledTable table) {
        this(session, table, _ -> false);
    }

    /**
     * @param session carries it out
     * @param table what is installed
     * @param lost tells what cannot be mapped, since its device is lost
     */
    Transaction(BackendSession session, InstalledTable table, Predicate<Mapping> lost) {
        this.session = session;
        this.table = table;
        this.lost = lost;
    }

    /** Removes all that the change set removes, after what an earlier failure has left in doubt. */
    void remove(ChangeSet changes) throws IommuException {
        for (Mapping entry : table.doubtful()) {
            clear(entry);
        }
        for (Mapping entry : changes.unmaps()) {
            unmap(entry);
        }
        for (ChangeSet.Cut cut : changes.cuts()) {
            cut(cut.entry(), cut.keep());
        }
    }

    /** Maps all that the change set maps. */
    void add(ChangeSet changes) throws IommuException {
        for (Mapping mapping : changes.maps()) {
            map(mapping);
        }
    }

    /** Remembers how to undo something that was done beside the mappings. */
    void onUndo(Step step) {
        undos.push(step);
    }

    /** Undoes every step done, the last first; goes on where one fails. Returns what failed, empty if all is undone. */
    List<IommuException> undo() {
        List<IommuException> failures = new ArrayList<>();
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (IommuException failure) {
                failures.add(failure);
            }
        }
        return failures;
    }

    List<Mapping> mapped() {
        return mapped;
    }

    List<Mapping> unmapped() {
        return unmapped;
    }

    private void map(Mapping mapping) throws IommuException {
        try {
            install(mapping);
        } catch (InDoubtException unknown) {
            undos.push(() -> clear(mapping));
            throw unknown;
        }
        undos.push(() -> uninstall(mapping));
        mapped.add(mapping);
    }

    private void unmap(Mapping entry) throws IommuException {
        try {
            uninstall(entry);
        } catch (IommuException failure) {
            undos.push(() -> install(entry));
            undos.push(() -> clear(entry));
            throw failure;
        }
        undos.push(() -> install(entry));
        unmapped.add(entry);
    }

    private void cut(Mapping entry, List<AddressRange> keep) throws IommuException {
        try {
            session.cut(entry, keep);
        } catch (CutException halfWay) {
            left(entry, halfWay.left());
            throw halfWay;
        } catch (InDoubtException unknown) {
            undos.push(() -> install(entry));
            doubt(entry);
            keep.forEach(part -> doubt(entry.slice(part)));
            throw unknown;
        }
        left(entry, keep);
    }

    private void doubt(Mapping entry) {
        table.doubt(entry);
        undos.push(() -> clear(entry));
    }

    /** What is kept is not touched by the undoing either: only what is gone is mapped again, beside it. */
    private void left(Mapping entry, List<AddressRange> parts) {
        table.replace(entry, parts);
        for (AddressRange gone : RangeSet.of(entry.range()).minus(RangeSet.of(parts))) {
            Mapping part = entry.slice(gone);
            undos.push(() -> install(part));
            unmapped.add(part);
        }
    }

    private void install(Mapping mapping) throws IommuException {
        if (lost.test(mapping)) {
            throw new IommuException("map " + mapping, "its device could not be brought back", "");
        }
        try {
            session.map(mapping);
        } catch (InDoubtException unknown) {
            table.doubt(mapping);
            throw unknown;
        }
        table.add(mapping);
    }

    private void uninstall(Mapping entry) throws IommuException {
        try {
            session.unmap(entry);
        } catch (IommuException failure) {
            table.doubt(entry);
            throw failure;
        }
        table.remove(entry);
    }

    /**
     * Removes what may be left of an entry in doubt. Only here does "nothing is there" count as done; where less was
     * there than the whole, it is asked once more, and says so.
     */
    private void clear(Mapping entry) throws IommuException {
        try {
            uninstall(entry);
        } catch (IommuException failure) {
            if (!isNothing(failure)) {
                clearAgain(entry, failure);
            }
            table.remove(entry);
        }
    }

    private void clearAgain(Mapping entry, IommuException first) throws IommuException {
        try {
            session.unmap(entry);
        } catch (IommuException again) {
            if (!isNothing(again)) {
                throw first;
            }
        }
    }

    private static boolean isNothing(IommuException failure) {
        return failure.errno().filter(ENOENT::equals).isPresent();
    }
}
