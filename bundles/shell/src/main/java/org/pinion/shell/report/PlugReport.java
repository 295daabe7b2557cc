package org.pinion.shell.report;

import java.util.List;
import org.pinion.api.Ledger;
import org.pinion.shell.dma.DmaResult;

/**
 * What plugging devices into a guest's memory came to.
 *
 * @param plan the plan in force while they were attached
 * @param table the mappings that the kernel held
 * @param dma what the devices did, sorted by address
 * @param ledger what was held, and what it cost up to the end of the DMA check
 */
public record PlugReport(PlanReport plan, List<TableRow> table, List<DmaResult> dma, Ledger ledger) {

    /** Copies the lists. */
    public PlugReport {
        table = List.copyOf(table);
        dma = List.copyOf(dma);
    }

    /** {@return a sentence for each device that the DMA check found something wrong with} */
    public List<String> failures() {
        return dma.stream()
                .filter(result -> !result.failures().isEmpty())
                .map(PlugReport::failure)
                .toList();
    }

    private static String failure(DmaResult result) {
        int more = result.failures().size() - 1;
        return result.device() + ": " + result.failures().getFirst() + (more == 0 ? "" : " (and " + more + " more)");
    }
}
