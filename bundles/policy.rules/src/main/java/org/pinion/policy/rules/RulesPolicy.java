package org.pinion.policy.rules;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Backing;
import org.pinion.api.Route;
import org.pinion.api.SectionKind;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/**
 * Decides by rules: the first that applies. A pure function, so safe for any number of threads; other rules are another
 * policy object.
 */
final class RulesPolicy implements MappingPolicy {

    /** The ways that a BAR can go, the better one first. */
    private static final List<Route> BAR_ROUTES = List.of(Route.DMA_BUF, Route.USER);

    private final RuleSet rules;

    RulesPolicy(RuleSet rules) {
        this.rules = rules;
    }

    @Override
    public Verdict decide(Candidate candidate) {
        Rule rule = deciding(candidate);
        Ruling ruling = rule.ruling();
        return switch (ruling.outcome()) {
            case MAP -> map(candidate, rule);
            case SKIP -> Verdict.skip(rule.name(), ruling.because()).withRemedy(ruling.remedy());
            default -> Verdict.refuse(rule.name(), ruling.because(), ruling.remedy());
        };
    }

    @Override
    public Verdict conflict(Candidate candidate, Conflict conflict) {
        Verdict usual = Conflict.verdict(candidate, conflict);
        Rule rule = deciding(candidate);
        return rule.ruling()
                .conflict()
                .map(outcome -> switch (outcome) {
                    case REFUSE -> Verdict.refuse(rule.name(), usual.reason(), remedy(rule, conflict));
                    case APART -> Verdict.apart(rule.name(), usual.reason(), remedy(rule, conflict));
                    default -> Verdict.skip(rule.name(), usual.reason());
                })
                .orElse(usual);
    }

    private static String remedy(Rule rule, Conflict conflict) {
        return rule.ruling().remedy().isEmpty()
                ? "keep the guest's memory out of " + conflict.range() + ", or leave the device out"
                : rule.ruling().remedy();
    }

    @Override
    public boolean looksAtDevices() {
        return rules.rules().stream().anyMatch(rule -> rule.when().looksAtDevices());
    }

    private Rule deciding(Candidate candidate) {
        CandidateAttributes attributes = new CandidateAttributes(candidate);
        for (Rule rule : rules.rules()) {
            if (rule.when().matches(attributes)) {
                return rule;
            }
        }
        return rules.otherwise();
    }

    private static Verdict map(Candidate candidate, Rule rule) {
        Ruling ruling = rule.ruling();
        Set<Route> routes = EnumSet.copyOf(ruling.routes());
        routes.removeIf(route -> route != Route.FILE && candidate.barObstacle(route).isPresent());
        boolean bar = candidate.section().backing() instanceof Backing.DeviceBar;
        if (bar && routes.stream().noneMatch(BAR_ROUTES::contains)) {
            String reason = "%s, but it is a BAR: %s".formatted(ruling.because(), obstacle(candidate, rule));
            return Verdict.skip(rule.name(), reason);
        }
        return Verdict.map(ruling.access().and(most(candidate)), routes, rule.name(), ruling.because());
    }

    /** A rule gives no more than the section has: the kernel would refuse to pin it for writing. */
    private static Access most(Candidate candidate) {
        boolean readOnly = candidate.section().kind() == SectionKind.ROM || candidate.is(Traits.READ_ONLY);
        return readOnly ? Access.READ : candidate.section().access();
    }

    private static String obstacle(Candidate candidate, Rule rule) {
        return BAR_ROUTES.stream()
                .filter(rule.ruling().routes()::contains)
                .flatMap(route -> candidate.barObstacle(route).stream())
                .findFirst()
                .orElse("the rule allows neither dma-buf nor user");
    }
}
