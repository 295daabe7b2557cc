package org.pinion.shell.report;

import java.util.stream.Collectors;
import org.pinion.api.Ledger;
import org.pinion.shell.dma.DmaResult;
import org.pinion.shell.dma.DmaResult.CheckedRange;

/** For people: the plan, the table that the kernel held, what the devices did, and what it cost. */
public final class PlugText {

    private PlugText() {}

    /**
     * @param report what plugging came to
     * @return the text, ended by a newline
     */
    public static String of(PlugReport report) {
        return PlanText.of(report.plan())
                + "\ntable of the kernel\n" + TableText.of(report.table())
                + "\nDMA check\n" + report.dma().stream().map(PlugText::dma).collect(Collectors.joining())
                + "\n" + ledger(report.ledger());
    }

    private static String dma(DmaResult result) {
        String who = result.device() + " (" + result.identity() + "): ";
        return who + switch (result) {
            case DmaResult.NotDriven idle -> idle.reason() + "\n";
            case DmaResult.Moved moved -> moved(moved);
        };
    }

    private static String moved(DmaResult.Moved moved) {
        long ok = moved.ranges().stream().filter(range -> range.outcome().equals(CheckedRange.OK)).count();
        StringBuilder text = new StringBuilder(moved.failures().isEmpty() ? "ok" : "FAILED");
        text.append(", %d of %s good, %s, %s\n".formatted(
                ok,
                Counted.of(moved.ranges().size(), "range"),
                Counted.of(moved.transfers(), "transfer"),
                Sizes.of(moved.bytes())));
        moved.ranges().stream()
                .filter(range -> !range.outcome().equals(CheckedRange.OK))
                .forEach(range -> text.append("    %s: %s\n".formatted(range.range(), range.outcome())));
        moved.failures().forEach(failure -> text.append("    ").append(failure).append('\n'));
        if (moved.failures().isEmpty()) {
            moved.unmapped().ifPresent(address -> text.append(
                    "    a write to %s, where nothing is mapped, changed nothing\n".formatted(Hex.of(address))));
        }
        return text.toString();
    }

    private static String ledger(Ledger ledger) {
        return "ledger  %s, %s mapped, %s pinned, %s\n".formatted(
                Counted.of(ledger.mappings(), "mapping"),
                Sizes.of(ledger.mappedBytes()),
                Sizes.of(ledger.pinnedBytes()),
                Counted.of(ledger.ioctls(), "ioctl"));
    }
}
