package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.PolicyDraft;

/**
 * What rules would change, for people and for programs.
 *
 * @param file where the rules are
 * @param policy the policy's name
 * @param inForce the policies in force
 * @param backend the backend planned for
 * @param kernel the kernel it talks to
 * @param before the plan of the policies in force
 * @param after the plan with the rules
 */
public record RulesReport(
        String file, String policy, List<String> inForce, String backend, String kernel, Plan before, Plan after) {

    private static final List<String> KINDS = List.of("mapped", "skipped", "refused", "changed");

    /** Addresses on which something else is decided. */
    private record Change(AddressRange range, Decision before, Decision after) {

        boolean matters() {
            return left(before) != left(after) || !how(before).equals(how(after));
        }

        String kind() {
            return left(before) == left(after) ? "changed" : switch (after.outcome()) {
                case MAP -> "mapped";
                case SKIP, TRIM, CARVE -> "skipped";
                case REFUSE -> "refused";
            };
        }

        private static Outcome left(Decision decision) {
            return switch (decision.outcome()) {
                case SKIP, TRIM, CARVE -> Outcome.SKIP;
                case MAP, REFUSE -> decision.outcome();
            };
        }

        private static String how(Decision decision) {
            return decision.mapping().map(RulesReport::how).orElse("");
        }
    }

    /**
     * @param file where the rules are
     * @param draft the rules as a policy that is tried out
     * @param options the policies in force, and the backend
     * @param kernel the kernel that the backend talks to
     * @param before the plan of the policies in force
     * @param after the plan with the draft
     * @return the report, in which the draft goes by the policy's own name
     */
    public static RulesReport of(
            String file, PolicyDraft draft, SpaceOptions options, String kernel, Plan before, Plan after) {
        List<Decision> decisions =
                after.decisions().stream().map(decision -> renamed(decision, draft)).toList();
        List<String> policies =
                after.policies().stream().map(name -> name.equals(draft.name()) ? draft.policy() : name).toList();
        return new RulesReport(file, draft.policy(), options.policies(), options.backend(), kernel, before,
                new Plan(after.view(), after.limits(), policies, decisions));
    }

    private static Decision renamed(Decision decision, PolicyDraft draft) {
        String mark = draft.name() + "/";
        if (!decision.rule().startsWith(mark)) {
            return decision;
        }
        String rule = draft.policy() + "/" + decision.rule().substring(mark.length());
        return new Decision(decision.range(), decision.section(), decision.outcome(), rule,
                decision.reason().replace(draft.name(), draft.policy()), decision.remedy(), decision.traits(),
                decision.mapping());
    }

    /** {@return the report as text, ended by a newline} */
    public String text() {
        List<Change> changes = changes();
        Columns head = new Columns();
        head.row("rules", file);
        head.row("policies", String.join("+", inForce), "with the rules: " + String.join("+", after.policies()));
        head.row("backend", backend);
        head.row("kernel", kernel);
        Columns sums = new Columns();
        KINDS.forEach(kind -> sums.row(kind, sum(changes, kind)));
        return head.text() + "\n" + (changes.isEmpty() ? "" : rows(changes) + "\n") + sums.text();
    }

    private static String rows(List<Change> changes) {
        RangeColumn column = new RangeColumn(changes.stream().map(Change::range).toList());
        Columns rows = new Columns();
        for (Change change : changes) {
            rows.row(column.range(change.range()), column.size(change.range()), change.kind(),
                    change.after().section().name() + " (" + change.after().section().kind().symbol() + ")");
            rows.line("    now   " + sentence(change.before()));
            rows.line("    then  " + sentence(change.after()));
        }
        return rows.text();
    }

    private static String sentence(Decision decision) {
        return what(decision) + ", " + decision.rule() + ": " + decision.reason();
    }

    private static String what(Decision decision) {
        return decision.mapping().map(mapping -> "map " + how(mapping)).orElseGet(() -> PlanJson.outcome(decision));
    }

    private static String how(Mapping mapping) {
        return mapping.access().symbol() + " " + mapping.route().symbol();
    }

    private static String sum(List<Change> changes, String kind) {
        List<AddressRange> ranges =
                changes.stream().filter(change -> change.kind().equals(kind)).map(Change::range).toList();
        return ranges.isEmpty() ? "nothing" : Sizes.sum(ranges.stream()) + " in " + Counted.of(ranges.size(), "range");
    }

    /** {@return the report as an object of JSON} */
    public Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file);
        object.put("policy", policy);
        object.put("now", String.join("+", inForce));
        object.put("then", String.join("+", after.policies()));
        object.put("backend", backend);
        object.put("kernel", kernel);
        object.put("changes", changes().stream().map(RulesReport::json).toList());
        object.put("refused", after.refusals().stream().map(PlanJson::refused).toList());
        return object;
    }

    private static Map<String, Object> json(Change change) {
        Map<String, Object> object = PlanJson.range(change.range());
        object.put("section", change.after().section().name());
        object.put("change", change.kind());
        object.put("now", json(change.before()));
        object.put("then", json(change.after()));
        return object;
    }

    private static Map<String, Object> json(Decision decision) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("outcome", PlanJson.outcome(decision));
        decision.mapping().ifPresent(mapping -> {
            object.put("access", mapping.access().symbol());
            object.put("route", mapping.route().symbol());
        });
        object.put("rule", decision.rule());
        object.put("reason", decision.reason());
        return object;
    }

    private List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        for (Decision then : after.decisions()) {
            Stream<Change> parts = before.decisions().in(then.range()).stream()
                    .map(now -> new Change(now.range().intersect(then.range()).orElseThrow(), now, then));
            parts.filter(Change::matters).forEach(changes::add);
        }
        return changes;
    }
}
