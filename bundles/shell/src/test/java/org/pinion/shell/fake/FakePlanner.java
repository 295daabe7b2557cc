package org.pinion.shell.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;

/** Maps RAM and ROM, carves what devices cannot use, refuses where {@code strict} RAM meets a hole, skips the rest. */
final class FakePlanner {

    private FakePlanner() {}

    static Plan plan(FlatView view, IovaLimits limits, List<String> policies) {
        List<Decision> decisions = new ArrayList<>();
        for (Section section : view.sections()) {
            boolean memory = section.kind() == SectionKind.RAM || section.kind() == SectionKind.ROM;
            if (policies.contains(FakeDrafts.DRAFT) && section.range().start() == 0) {
                decisions.add(left(section, section.range(), Outcome.SKIP, FakeDrafts.DRAFT + "/low", "it is low", ""));
            } else if (memory && section.range().size() >= 4096) {
                map(decisions, section, limits, policies.contains("strict"));
            } else {
                decisions.add(left(section, section.range(), memory ? Outcome.TRIM : Outcome.SKIP,
                        memory ? "planner/alignment" : "fake/not-memory",
                        memory ? "no whole page of 4 KiB lies inside" : "a device model answers for it", ""));
            }
        }
        return new Plan(view, limits, policies, decisions);
    }

    private static void map(List<Decision> decisions, Section section, IovaLimits limits, boolean strict) {
        RangeSet usable = limits.usable().intersect(section.range());
        List<AddressRange> parts = new ArrayList<>(usable.ranges());
        parts.addAll(RangeSet.of(section.range()).minus(usable).ranges());
        parts.sort(null);
        for (AddressRange part : parts) {
            if (usable.contains(part)) {
                decisions.add(mapped(section, part));
            } else {
                decisions.add(left(section, part, strict ? Outcome.REFUSE : Outcome.CARVE,
                        strict ? "strict/reserved-conflict" : "planner/reserved",
                        limits.whyUnusable(part.start()).orElseThrow(),
                        strict ? "leave the device out" : ""));
            }
        }
    }

    private static Decision mapped(Section section, AddressRange part) {
        Backing backing = section.backingAt(part.start());
        Access access = section.kind() == SectionKind.ROM ? Access.READ : section.access();
        Mapping mapping = new Mapping(part, access, Route.FILE, backing);
        Trait trait = new Trait(part, "gup-able", "", "it is a fake", "fake");
        return new Decision(part, section, Outcome.MAP, "fake/memory", "normal memory", "", List.of(trait),
                Optional.of(mapping));
    }

    private static Decision left(
            Section section, AddressRange part, Outcome outcome, String rule, String reason, String remedy) {
        return new Decision(part, section, outcome, rule, reason, remedy, List.of(), Optional.empty());
    }
}
