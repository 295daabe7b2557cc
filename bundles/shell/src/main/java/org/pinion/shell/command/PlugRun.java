package org.pinion.shell.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.shell.dma.DmaCheck;
import org.pinion.shell.dma.DmaResult;
import org.pinion.shell.dma.StandInMemory;
import org.pinion.shell.report.PlugReport;
import org.pinion.shell.report.TableRow;

/** One go of attaching devices to a guest's memory and letting them move bytes; it leaves nothing behind. */
final class PlugRun {

    private final Services services;
    private final SpaceOptions options;
    private final List<String> devices;
    private final Duration deadline;

    PlugRun(Services services, SpaceOptions options, List<String> devices, Duration deadline) {
        this.services = services;
        this.options = options;
        this.devices = devices;
        this.deadline = deadline;
    }

    /** Does all of it; a refused plan is reported with an empty table, and then nothing was mapped or attached. */
    PlugReport on(FlatView guest) throws IommuException {
        // The space closes first: memory may only go when no device can reach it any more.
        try (StandInMemory memory = StandInMemory.under(guest, services.memory().get());
                AddressSpace space = services.dma().open(options)) {
            // All devices at once, so that a refusal reads the same in whatever order they were given.
            Plan plan = space.preview(memory.view(), devices);
            return plan.refusals().isEmpty() ? plug(memory, space) : report(plan, List.of(), List.of(), Ledger.EMPTY);
        }
    }

    private PlugReport plug(StandInMemory memory, AddressSpace space) throws IommuException {
        space.commit(memory.view());
        List<AttachedDevice> attached = new ArrayList<>();
        for (String device : devices) {
            attached.add(space.attach(device));
        }
        List<DmaResult> dma = new DmaCheck(memory, space.snapshot(), deadline).of(attached);
        SpaceSnapshot now = space.snapshot();
        for (String device : devices.reversed()) {
            space.detach(device);
        }
        List<TableRow> table = now.table().stream()
                .map(mapping -> new TableRow(mapping, memory.describe(mapping.range(), mapping.backing())))
                .toList();
        return report(now.plan(), table, dma, now.ledger());
    }

    private PlugReport report(Plan plan, List<TableRow> table, List<DmaResult> dma, Ledger ledger)
            throws IommuException {
        return new PlugReport(Reports.plan(services, options.backend(), devices, plan), table, dma, ledger);
    }
}
