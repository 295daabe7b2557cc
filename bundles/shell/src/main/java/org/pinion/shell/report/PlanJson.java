package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.HostDevice;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Trait;

/**
 * A plan for programs. Addresses are {@code "0x…"} strings, since many readers of JSON lose digits above
 * 2<sup>53</sup>.
 */
public final class PlanJson {

    private PlanJson() {}

    /**
     * @param report a plan
     * @return the plan as an object of JSON; a refused plan has {@code refused}, too
     */
    public static Map<String, Object> of(PlanReport report) {
        Plan plan = report.plan();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("addressSpace", plan.view().name());
        object.put("policy", report.policy());
        object.put("backend", report.backend());
        object.put("kernel", report.kernel());
        object.put("devices", report.devices().stream().map(HostDevice::address).toList());
        object.put("limits", limits(plan.limits()));
        ApartReport.json(object, plan.limits());
        object.put("mapped", plan.mapped().map(PlanJson::mapped).toList());
        object.put("skipped", plan.skipped().map(PlanJson::skipped).toList());
        if (!plan.refusals().isEmpty()) {
            object.put("refused", plan.refusals().stream().map(PlanJson::refused).toList());
        }
        return object;
    }

    private static Map<String, Object> limits(IovaLimits limits) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("usable", limits.usable().ranges().stream().map(PlanJson::range).toList());
        object.put("alignment", limits.alignment());
        return object;
    }

    private static Map<String, Object> mapped(Decision decision) {
        Mapping mapping = decision.mapping().orElseThrow();
        Map<String, Object> object = mapping(mapping);
        object.put("section", decision.section().name());
        object.put("traits", traits(decision));
        return object;
    }

    private static Map<String, Object> skipped(Decision decision) {
        Map<String, Object> object = ruled(decision);
        object.put("traits", traits(decision));
        object.put("outcome", outcome(decision));
        return object;
    }

    /** {@return what is to happen, in lower case} */
    static String outcome(Decision decision) {
        return decision.outcome().name().toLowerCase(Locale.ROOT);
    }

    /** {@return a refusal with its range, rule, reason and remedy} */
    static Map<String, Object> refused(Decision decision) {
        Map<String, Object> object = ruled(decision);
        object.put("remedy", decision.remedy());
        return object;
    }

    private static Map<String, Object> ruled(Decision decision) {
        Map<String, Object> object = range(decision.range());
        object.put("section", decision.section().name());
        object.put("rule", decision.rule());
        object.put("reason", decision.reason());
        return object;
    }

    private static List<String> traits(Decision decision) {
        return decision.traits().stream().map(Trait::label).distinct().toList();
    }

    /** {@return range, access and route of a mapping} */
    static Map<String, Object> mapping(Mapping mapping) {
        Map<String, Object> object = range(mapping.range());
        object.put("access", mapping.access().symbol());
        object.put("route", mapping.route().symbol());
        return object;
    }

    /** {@return the ends of a range, both included} */
    static Map<String, Object> range(AddressRange range) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("start", Hex.of(range.start()));
        object.put("end", Hex.of(range.last()));
        return object;
    }
}
