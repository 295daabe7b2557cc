package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.HostDevice;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Section;
import org.pinion.api.Trait;

/** A plan for people: what it was made for, every decision by address with its reason, the sums. */
public final class PlanText {

    private PlanText() {}

    /**
     * @param report a plan
     * @return the text, ended by a newline
     */
    public static String of(PlanReport report) {
        return header(report) + "\n" + decisions(report.plan()) + "\n" + sums(report.plan());
    }

    private static String header(PlanReport report) {
        Columns header = new Columns();
        header.row("guest view", guest(report.plan()));
        header.row("policy", report.policy());
        header.row("backend", report.backend());
        header.row("kernel", report.kernel());
        list(header, "devices", report.devices().stream().map(PlanText::device).toList());
        limits(header, report.plan().limits());
        ApartReport.rows(header, report.plan().limits());
        return header.text();
    }

    private static String guest(Plan plan) {
        List<Section> sections = plan.view().sections();
        String name = plan.view().name() + ", " + Counted.of(sections.size(), "section");
        return sections.isEmpty()
                ? name
                : name + ", " + new AddressRange(
                        sections.getFirst().range().start(), sections.getLast().range().last());
    }

    private static String device(HostDevice device) {
        String group = device.group() < 0 ? "no group" : "group " + device.group();
        return "%s  %s, %s".formatted(
                device.address(), device.description(), device.emulatedIommu() ? "no IOMMU" : group);
    }

    private static void limits(Columns header, IovaLimits limits) {
        List<AddressRange> usable = limits.usable().ranges();
        List<Hole> holes = Hole.of(limits);
        if (holes.isEmpty()) {
            header.row("usable IOVA", "every address");
        } else {
            List<String> lines = ranges(usable, holes);
            list(header, "usable IOVA", lines.subList(0, usable.size()));
            list(header, "not usable", lines.subList(usable.size(), lines.size()));
        }
        header.row("alignment", Sizes.of(limits.alignment()));
    }

    private static List<String> ranges(List<AddressRange> usable, List<Hole> holes) {
        RangeColumn column =
                new RangeColumn(Stream.concat(usable.stream(), holes.stream().map(Hole::range)).toList());
        Columns lines = new Columns();
        usable.forEach(range -> lines.row(column.range(range), column.size(range), ""));
        holes.forEach(hole -> lines.row(column.range(hole.range()), column.size(hole.range()), hole.cause()));
        return lines.text().lines().toList();
    }

    private static void list(Columns header, String title, List<String> values) {
        if (values.isEmpty()) {
            header.row(title, "none");
        }
        for (int i = 0; i < values.size(); i++) {
            header.row(i == 0 ? title : "", values.get(i));
        }
    }

    private static String decisions(Plan plan) {
        RangeColumn column = new RangeColumn(plan.decisions().stream().map(Decision::range).toList());
        Columns rows = new Columns();
        List<Decision> group = new ArrayList<>();
        for (Decision decision : plan.decisions()) {
            if (!group.isEmpty() && !why(group.getLast()).equals(why(decision))) {
                write(rows, column, group);
            }
            group.add(decision);
        }
        write(rows, column, group);
        return rows.text();
    }

    // Neighbours with the same reason are listed one by one, and the reason is given once.
    private static void write(Columns rows, RangeColumn column, List<Decision> group) {
        for (Decision decision : group) {
            rows.row(column.range(decision.range()), column.size(decision.range()), what(decision),
                    section(decision.section()));
        }
        group.stream().limit(1).flatMap(first -> why(first).stream()).forEach(line -> rows.line("    " + line));
        group.clear();
    }

    private static String what(Decision decision) {
        return decision.mapping()
                .map(mapping -> "map " + mapping.access().symbol() + " " + mapping.route().symbol())
                .orElseGet(() -> name(decision.outcome()));
    }

    private static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private static String section(Section section) {
        return section.name() + " (" + section.kind().symbol() + ")";
    }

    private static List<String> why(Decision decision) {
        String traits = decision.traits().isEmpty()
                ? ""
                : decision.traits().stream().map(Trait::label).distinct().collect(Collectors.joining(", ", " [", "]"));
        String reason = decision.rule() + ": " + decision.reason() + traits;
        return decision.remedy().isEmpty() ? List.of(reason) : List.of(reason, "remedy: " + decision.remedy());
    }

    private static String sums(Plan plan) {
        Columns sums = new Columns();
        String access = "rw " + mapped(plan, Access.READ_WRITE) + ", r " + mapped(plan, Access.READ);
        String causes = Stream.of(Outcome.SKIP, Outcome.TRIM, Outcome.CARVE)
                .map(outcome -> name(outcome) + " " + count(plan, outcome))
                .collect(Collectors.joining(", "));
        sums.row("mapped", sum(plan.mapped()), access);
        sums.row("left out", sum(plan.skipped()), causes);
        sums.row("refused", sum(plan.refusals().stream()));
        return sums.text();
    }

    private static String sum(Stream<Decision> decisions) {
        List<AddressRange> ranges = decisions.map(Decision::range).toList();
        return ranges.isEmpty() ? "nothing" : Sizes.sum(ranges.stream()) + " in " + Counted.of(ranges.size(), "range");
    }

    private static String mapped(Plan plan, Access access) {
        return Sizes.sum(plan.mapped()
                .flatMap(decision -> decision.mapping().stream())
                .filter(mapping -> mapping.access() == access)
                .map(Mapping::range));
    }

    private static long count(Plan plan, Outcome outcome) {
        return plan.decisions().stream()
                .filter(decision -> decision.outcome() == outcome)
                .count();
    }
}
