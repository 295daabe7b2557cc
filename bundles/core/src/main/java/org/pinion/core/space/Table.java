package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.core.plan.Planned;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Held;
import org.pinion.core.table.InstalledTable;
import org.pinion.spi.backend.BackendSession;

/**
 * The installed mappings of one space, and the way from one plan to the next: the whole change, or none of it. It knows
 * of one plan at which addresses it may not have what that plan wants, so only these are compared, and those at which
 * the next plan wants something else.
 */
final class Table {

    private final BackendSession session;
    private final Predicate<Mapping> leadsNowhere;
    private final Predicate<Mapping> lost;
    private final Announcement announcement;
    private InstalledTable installed = new InstalledTable();
    private Planned.Edition known;
    private RangeSet stale = RangeSet.ALL;

    /** What happens between the unmaps and the maps. */
    interface Between {
        void run(Transaction transaction) throws IommuException;
    }

    /** A whole change. */
    private interface Steps<T> {
        T run(Transaction transaction) throws IommuException;
    }

    /** Looks at a change before anything of it is done. */
    interface Check {
        void run(ChangeSet changes, Held held) throws IommuException;
    }

    /** Hears of a change that is about to be made, and can keep it from being made. */
    interface Announcement {
        void of(ChangeSet changes) throws IommuException;
    }

    /**
     * How what is installed compares to a plan.
     *
     * @param missing what the plan wants and is not installed for certain
     * @param doubtful what the kernel may hold in whole or in part, since removing it failed
     * @param exact whether exactly what the plan wants is installed
     */
    record Comparison(List<Mapping> missing, List<Mapping> doubtful, boolean exact) {

        /** What is installed is what the plan wants. */
        static final Comparison EQUAL = new Comparison(List.of(), List.of(), true);

        /** The same, where not only the mappings are looked at. */
        Comparison and(boolean others) {
            return new Comparison(missing, doubtful, exact && others);
        }
    }

    /**
     * @param session what holds the mappings
     * @param leadsNowhere tells the entries that the kernel still holds and that lead to nothing any more: they are
     *     removed and, if they are wanted, mapped anew
     * @param lost tells what cannot be mapped, since its device is lost
     * @param announcement hears of every change
     */
    Table(
            BackendSession session,
            Predicate<Mapping> leadsNowhere,
            Predicate<Mapping> lost,
            Announcement announcement) {
        this.session = session;
        this.leadsNowhere = leadsNowhere;
        this.lost = lost;
        this.announcement = announcement;
    }

    /** {@return what is installed, neighbours that continue each other joined} */
    RangeList<Mapping> joined() {
        return installed.joined();
    }

    /** {@return what is installed, each entry as the backend was given it} */
    Held held() {
        return installed;
    }

    /** {@return how many bytes are mapped} */
    long bytes() {
        return installed.bytes();
    }

    /** Goes on with what another core has installed. */
    void goOnWith(List<Mapping> entries, List<Mapping> doubtful) {
        entries.forEach(installed::add);
        doubtful.forEach(installed::doubt);
        installed.settle();
    }

    /** {@return the entries of which it is not known what the kernel holds} */
    List<Mapping> doubtful() {
        return installed.doubtful();
    }

    Comparison compareTo(Planned plan) {
        ChangeSet rest = difference(plan);
        List<AddressRange> wrong = new ArrayList<>(rest.touched().ranges());
        installed.doubtful().forEach(entry -> wrong.add(entry.range()));
        known = plan.edition();
        stale = RangeSet.of(wrong);
        return new Comparison(rest.maps(), installed.doubtful(), stale.isEmpty());
    }

    /** Installs what a plan wants; if anything fails, undoes all that was done and throws. */
    CommitReport install(String operation, Planned plan, Check check, Between between) throws IommuException {
        ChangeSet changes = inBlocks(difference(plan), plan.plan(), session);
        requireOwnMemory(operation, changes.maps());
        check.run(changes, installed);
        long remapped = changes.remapped(session::keepsThroughCut);
        announcement.of(changes);
        Transaction done = carryOut(transaction -> {
            transaction.remove(changes);
            between.run(transaction);
            transaction.add(changes);
            return transaction;
        });
        known = plan.edition();
        stale = RangeSet.EMPTY;
        return new CommitReport(plan.plan(), done.mapped(), done.unmapped(), changes.keptBytes(), remapped);
    }

    /** Removes what a plan does not want, then runs a step; if anything fails, undoes all that was done and throws. */
    List<Mapping> withdraw(Planned plan, Between step) throws IommuException {
        return withdraw(difference(plan), step);
    }

    /** Removes what shows a device's memory, then runs a step; if anything fails, undoes all of it and throws. */
    List<Mapping> withdraw(String device, Between step) throws IommuException {
        List<Mapping> shown = installed.bars().stream()
                .filter(entry -> entry.backing() instanceof Backing.DeviceBar bar && bar.device().equals(device))
                .toList();
        return withdraw(new ChangeSet(shown, List.of(), List.of(), 0), step);
    }

    private List<Mapping> withdraw(ChangeSet changes, Between step) throws IommuException {
        announcement.of(changes);
        return carryOut(transaction -> {
            transaction.remove(changes);
            step.run(transaction);
            return transaction.unmapped();
        });
    }

    /**
     * Unmaps everything, goes over to another session and maps there what is wanted then; if anything fails, undoes all
     * that was done and throws.
     *
     * @return the plan that is installed there
     */
    Planned move(Passage passage) throws IommuException {
        InstalledTable there = new InstalledTable();
        Planned plan = carryOut(transaction -> {
            passage.leave(transaction);
            transaction.remove(new ChangeSet(installed.in(AddressRange.ALL), List.of(), List.of(), 0));
            Planned arrived = passage.arrive(transaction);
            new Transaction(session, there).add(whole(arrived, session));
            passage.goOn();
            return arrived;
        });
        there.settle();
        installed = there;
        known = plan.edition();
        stale = RangeSet.EMPTY;
        return plan;
    }

    /** {@return what installs a plan where nothing is installed, by some session} */
    ChangeSet whole(Planned plan, BackendSession by) {
        Plan wanted = plan.plan();
        return inBlocks(
                Differ.diff(List.of(), plan.wanted(), wanted.limits().alignment()), wanted, by);
    }

    private <T> T carryOut(Steps<T> steps) throws IommuException {
        Transaction transaction = new Transaction(session, installed, lost);
        try {
            return steps.run(transaction);
        } catch (IommuException failure) {
            transaction.undo().forEach(failure::addSuppressed);
            throw failure;
        } finally {
            stale = stale.union(installed.settle());
        }
    }

    /** {@return what turns the table into what a plan wants} */
    ChangeSet difference(Planned plan) {
        RangeSet where = plan.changedSince(known).union(stale);
        List<Mapping> dead = new ArrayList<>(installed.bars());
        dead.removeIf(leadsNowhere.negate());
        return Differ.diff(installed, dead, plan.wanted(), where, plan.plan().limits().alignment());
    }

    private static ChangeSet inBlocks(ChangeSet changes, Plan plan, BackendSession by) {
        if (changes.maps().isEmpty() || by.keepsCutPages()) {
            return changes;
        }
        List<Mapping> maps = Blocks.cut(changes.maps(), plan, () -> by.budget().entries());
        return new ChangeSet(changes.unmaps(), changes.cuts(), maps, changes.keptBytes());
    }

    private static void requireOwnMemory(String operation, List<Mapping> mappings) throws IommuException {
        for (Mapping mapping : mappings) {
            if (mapping.backing() instanceof Backing.Remote) {
                throw new IommuException(
                        operation,
                        null,
                        mapping.range(),
                        mapping.range() + " shows " + mapping.backing() + ", which belongs to another process: "
                                + "it can be planned for, but only its own process can have it mapped",
                        "use preview, or let the owner hand its memory over as a file descriptor",
                        null);
            }
        }
    }
}
