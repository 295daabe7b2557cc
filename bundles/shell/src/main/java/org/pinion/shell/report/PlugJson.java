package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pinion.api.Ledger;
import org.pinion.shell.dma.DmaResult;
import org.pinion.shell.dma.DmaResult.CheckedRange;

/** What plugging came to, for programs: the object of the plan, with {@code table}, {@code dma} and {@code ledger}. */
public final class PlugJson {

    private PlugJson() {}

    /**
     * @param report what plugging came to
     * @return an object of JSON
     */
    public static Map<String, Object> of(PlugReport report) {
        Map<String, Object> object = PlanJson.of(report.plan());
        object.put("table", report.table().stream().map(PlugJson::row).toList());
        object.put("dma", report.dma().stream().map(PlugJson::dma).toList());
        object.put("ledger", ledger(report.ledger()));
        return object;
    }

    private static Map<String, Object> row(TableRow row) {
        Map<String, Object> object = PlanJson.mapping(row.mapping());
        object.put("backing", row.bytes());
        return object;
    }

    private static Map<String, Object> dma(DmaResult result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("device", result.device());
        object.put("id", result.identity());
        switch (result) {
            case DmaResult.NotDriven idle -> {
                object.put("checked", false);
                object.put("reason", idle.reason());
            }
            case DmaResult.Moved moved -> moved(object, moved);
        }
        return object;
    }

    private static void moved(Map<String, Object> object, DmaResult.Moved moved) {
        object.put("checked", true);
        object.put("ok", moved.failures().isEmpty());
        object.put("transfers", moved.transfers());
        object.put("bytes", moved.bytes());
        object.put("ranges", moved.ranges().stream().map(PlugJson::range).toList());
        moved.unmapped().ifPresent(address -> object.put("unmapped", Hex.of(address)));
        object.put("failures", moved.failures());
    }

    private static Map<String, Object> range(CheckedRange checked) {
        Map<String, Object> object = PlanJson.range(checked.range());
        object.put("outcome", checked.outcome());
        return object;
    }

    private static Map<String, Object> ledger(Ledger ledger) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("mappings", ledger.mappings());
        object.put("mappedBytes", ledger.mappedBytes());
        object.put("pinnedBytes", ledger.pinnedBytes());
        object.put("ioctls", ledger.ioctls());
        return object;
    }
}
