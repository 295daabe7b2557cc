package org.pinion.shell.fake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.CommitReport;
import org.pinion.api.Decision;
import org.pinion.api.DirtyLog;
import org.pinion.api.Explanation;
import org.pinion.api.FlatView;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.RefusedException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;

/** An address space that plans as {@link FakePlanner} does and installs what is planned. */
final class FakeSpace implements AddressSpace {

    private final FakeDma host;
    private final SpaceOptions options;
    private final Map<String, FakeDevice> attached = new LinkedHashMap<>();
    private final List<Runnable> closeActions = new ArrayList<>();
    private FlatView view = FlatView.EMPTY;
    private List<Mapping> table = List.of();
    private long version;
    private boolean closed;

    FakeSpace(FakeDma host, SpaceOptions options) {
        this.host = host;
        this.options = options;
    }

    @Override
    public SpaceOptions options() {
        return options;
    }

    @Override
    public SpaceSnapshot snapshot() {
        long bytes = table.stream().mapToLong(mapping -> mapping.range().size()).sum();
        return new SpaceSnapshot(
                        options,
                        closed ? SpaceSnapshot.State.CLOSED : SpaceSnapshot.State.ACTIVE,
                        version,
                        attached.values().stream().map(AttachedDevice::device).toList(),
                        plan(view, attached.keySet()),
                        table,
                        List.of(),
                        new Ledger(table.size(), bytes, attached.isEmpty() ? 0 : bytes, version * 10, 3 * bytes))
                .withPending(Optional.ofNullable(host.pending.get(options.name())));
    }

    @Override
    public void discardPending() {
        host.pending.remove(options.name());
    }

    @Override
    public Plan preview(FlatView candidate, Collection<String> plug) throws IommuException {
        for (String device : plug) {
            host.require(device);
        }
        TreeSet<String> devices = new TreeSet<>(attached.keySet());
        devices.addAll(plug);
        return plan(candidate, devices);
    }

    /** As if all that is mapped were pinned anew: what matters here is what is asked and printed. */
    @Override
    public Forecast forecast(FlatView candidate, Collection<String> with, String plug) throws IommuException {
        host.happen("forecast " + with + " " + plug);
        Plan before = preview(candidate, with);
        List<String> all = new ArrayList<>(with);
        all.add(plug);
        Plan plan = preview(candidate, all);
        List<Mapping> unmapped = before.mapped()
                .flatMap(decision -> decision.mapping().stream())
                .filter(mapping -> plan.mapped().noneMatch(kept -> kept.range().equals(mapping.range())))
                .toList();
        long kept = plan.mapped().mapToLong(decision -> decision.range().size()).sum();
        return new Forecast(plug, before, plan, unmapped, List.of(), kept, 0, kept, host.budget, 0, 0);
    }

    private Plan plan(FlatView candidate, Collection<String> devices) {
        return FakePlanner.plan(candidate, host.limits(devices), options.policies());
    }

    @Override
    public CommitReport commit(FlatView next) throws IommuException {
        host.happen("commit");
        return replan("commit", next);
    }

    private CommitReport replan(String operation, FlatView next) throws RefusedException {
        Plan plan = plan(next, attached.keySet());
        if (!plan.refusals().isEmpty()) {
            throw new RefusedException(operation, plan);
        }
        List<Mapping> before = table;
        view = next;
        version++;
        host.pending.remove(options.name());
        table = plan.mapped().flatMap(decision -> decision.mapping().stream()).toList();
        return new CommitReport(plan, table, before, 0);
    }

    @Override
    public AttachedDevice attach(String device) throws IommuException {
        host.require(device);
        host.happen("attach " + device);
        FakeDevice opened = host.device(device, () -> table);
        attached.put(device, opened);
        try {
            replan("attach " + device, view);
        } catch (RefusedException e) {
            attached.remove(device);
            throw e;
        }
        return opened;
    }

    @Override
    public CommitReport detach(String device) throws IommuException {
        host.happen("detach " + device);
        attached.remove(device);
        return replan("detach " + device, view);
    }

    /** Tells the page at 0x1000, once. */
    @Override
    public DirtyLog logDirtyPages() {
        return new DirtyLog() {
            private RangeSet written = RangeSet.of(new AddressRange(0x1000, 0x1fff));

            @Override
            public long pageSize() {
                return 4096;
            }

            @Override
            public boolean exact() {
                return false;
            }

            @Override
            public RangeSet take(AddressRange range, long page) {
                RangeSet told = written.intersect(range);
                written = written.minus(told);
                return told;
            }

            @Override
            public void close() throws IommuException {
                written = RangeSet.EMPTY;
                host.happen("end the log of " + options.name());
            }
        };
    }

    @Override
    public Explanation why(long address) {
        Optional<Decision> decision = plan(view, attached.keySet()).at(address);
        List<String> sentences = new ArrayList<>();
        sentences.add("0x" + Long.toHexString(address)
                + decision.map(found -> " is " + found.outcome() + " by " + found.rule()).orElse(" shows nothing"));
        sentences.add(table.size() + " mappings are installed.");
        return new Explanation(address, decision, Optional.empty(), Optional.empty(), sentences);
    }

    @Override
    public void whenClosed(Runnable action) {
        closeActions.add(action);
    }

    @Override
    public void close() throws IommuException {
        closed = true;
        closeActions.forEach(Runnable::run);
        table = List.of();
        attached.clear();
        host.closed(this);
        host.happen("close");
    }
}
