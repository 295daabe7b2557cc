package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.ApartDevice;
import org.pinion.api.IovaLimits;

/** The devices that have IO address spaces of their own. */
final class ApartReport {

    private ApartReport() {}

    /** Adds a row for each of them: which device, what it does not reach, why. */
    static void rows(Columns columns, IovaLimits limits) {
        String title = "apart";
        for (ApartDevice device : limits.apart()) {
            columns.row(title, device.device() + "  does not reach " + device.lacks());
            columns.row("", "  " + device.rule() + ": " + device.reason());
            title = "";
        }
    }

    /** Adds them to an object of JSON, if there are any. */
    static void json(Map<String, Object> object, IovaLimits limits) {
        List<Map<String, Object>> apart =
                limits.apart().stream().map(ApartReport::device).toList();
        if (!apart.isEmpty()) {
            object.put("apart", apart);
        }
    }

    private static Map<String, Object> device(ApartDevice device) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("device", device.device());
        object.put("rule", device.rule());
        object.put("reason", device.reason());
        object.put("withheld", device.withheld().ranges().stream().map(PlanJson::range).toList());
        return object;
    }
}
