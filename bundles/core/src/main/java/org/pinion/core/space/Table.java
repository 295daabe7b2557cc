package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.InstalledTable;
import org.pinion.core.table.Mappings;
import org.pinion.spi.backend.BackendSession;

/** The installed mappings of one space, and the way from one plan to the next: the whole change, or none of it. */
final class Table {

    private final BackendSession session;
    private final Predicate<Mapping> leadsNowhere;
    private final InstalledTable installed = new InstalledTable();

    /** What happens between the unmaps and the maps. */
    interface Between {
        void run(Transaction transaction) throws IommuException;
    }

    /** Looks at a change before anything of it is done. */
    interface Check {
        void run(ChangeSet changes, List<Mapping> wanted) throws IommuException;
    }

    /**
     * How what is installed compares to a plan.
     *
     * @param missing what the plan wants and is not installed for certain
     * @param exact whether exactly what the plan wants is installed
     */
    record Comparison(List<Mapping> missing, boolean exact) {}

    /**
     * @param session what holds the mappings
     * @param leadsNowhere tells the entries that the kernel still holds and that lead to nothing any more: they are
     *     removed and, if they are wanted, mapped anew
     */
    Table(BackendSession session, Predicate<Mapping> leadsNowhere) {
        this.session = session;
        this.leadsNowhere = leadsNowhere;
    }

    /** {@return what is installed, neighbours that continue each other joined} */
    List<Mapping> joined() {
        return Mappings.joined(installed.entries());
    }

    /** {@return what is installed, each entry as the backend was given it, sorted} */
    List<Mapping> entries() {
        return installed.entries();
    }

    /** {@return how many bytes are mapped} */
    long bytes() {
        long bytes = 0;
        for (Mapping entry : installed.entries()) {
            bytes += entry.range().size();
        }
        return bytes;
    }

    Comparison compareTo(Plan plan) {
        ChangeSet rest = difference(plan, Mappings.wantedBy(plan));
        return new Comparison(rest.maps(), rest.isEmpty() && installed.doubtful().isEmpty());
    }

    /** Installs what a plan wants; if anything fails, undoes all that was done and throws. */
    CommitReport install(String operation, Plan plan, Check check, Between between) throws IommuException {
        List<Mapping> wanted = Mappings.wantedBy(plan);
        requireOwnMemory(operation, wanted);
        ChangeSet changes = difference(plan, wanted);
        check.run(changes, wanted);
        long remapped = changes.remapped(session::keepsThroughCut);
        Transaction transaction = new Transaction(session, installed);
        try {
            transaction.remove(changes);
            between.run(transaction);
            transaction.add(changes);
        } catch (IommuException failure) {
            transaction.undo().forEach(failure::addSuppressed);
            throw failure;
        }
        return new CommitReport(plan, transaction.mapped(), transaction.unmapped(), changes.keptBytes(), remapped);
    }

    /** Removes what a plan does not want, then runs a step; if anything fails, undoes all that was done and throws. */
    List<Mapping> withdraw(Plan plan, Between step) throws IommuException {
        return withdraw(difference(plan, Mappings.wantedBy(plan)), step);
    }

    /** Removes what shows a device's memory, then runs a step; if anything fails, undoes all of it and throws. */
    List<Mapping> withdraw(String device, Between step) throws IommuException {
        List<Mapping> shown = installed.entries().stream()
                .filter(entry -> entry.backing() instanceof Backing.DeviceBar bar && bar.device().equals(device))
                .toList();
        return withdraw(new ChangeSet(shown, List.of(), List.of(), 0), step);
    }

    private List<Mapping> withdraw(ChangeSet changes, Between step) throws IommuException {
        Transaction transaction = new Transaction(session, installed);
        try {
            transaction.remove(changes);
            step.run(transaction);
            return transaction.unmapped();
        } catch (IommuException failure) {
            transaction.undo().forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private ChangeSet difference(Plan plan, List<Mapping> wanted) {
        Map<Boolean, List<Mapping>> entries =
                installed.entries().stream().collect(Collectors.partitioningBy(leadsNowhere));
        ChangeSet changes = Differ.diff(entries.get(false), wanted, plan.limits().alignment());
        List<Mapping> unmaps = new ArrayList<>(entries.get(true));
        unmaps.addAll(changes.unmaps());
        return new ChangeSet(unmaps, changes.cuts(), changes.maps(), changes.keptBytes());
    }

    private static void requireOwnMemory(String operation, List<Mapping> wanted) throws IommuException {
        for (Mapping mapping : wanted) {
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
