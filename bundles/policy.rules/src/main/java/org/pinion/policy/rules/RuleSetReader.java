package org.pinion.policy.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.policy.Verdict.Outcome;

/** Reads the rules of a policy from a configuration's properties. */
final class RuleSetReader {

    private static final String RULES = "rules";
    private static final String OTHERWISE = "otherwise";
    private static final String EVERYTHING = "(" + Attribute.KIND.word() + "=*)";

    /** A name is a part of keys and of what decisions are called. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    private static final Map<String, Outcome> VERDICTS = Settings.words(
            new Outcome[] {Outcome.MAP, Outcome.SKIP, Outcome.REFUSE},
            outcome -> outcome.name().toLowerCase(Locale.ROOT));
    private static final Map<String, Access> ACCESSES = Settings.words(Access.values(), Access::symbol);
    private static final Map<String, Route> ROUTES = Settings.words(Route.values(), Route::symbol);
    private static final Map<String, Outcome> CONFLICTS =
            Map.of("carve", Outcome.SKIP, "refuse", Outcome.REFUSE, "apart", Outcome.APART);

    private final Settings settings;

    private RuleSetReader(Map<String, ?> properties) {
        settings = new Settings(properties);
    }

    static RuleSet read(Map<String, ?> properties) throws WrongRulesException {
        return new RuleSetReader(properties).ruleSet();
    }

    private RuleSet ruleSet() throws WrongRulesException {
        String policy = settings.required(PolicyName.PROPERTY);
        settings.required(RULES);
        List<Rule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String name : settings.list(RULES)) {
            if (!NAME.matcher(name).matches() || name.equals(OTHERWISE)) {
                throw new WrongRulesException(
                        "'%s' cannot be a rule's name; take letters, digits, - and _".formatted(name));
            }
            if (!names.add(name)) {
                throw new WrongRulesException("rule '" + name + "' is listed twice");
            }
            rules.add(rule(name));
        }
        RuleSet ruleSet = new RuleSet(policy, List.copyOf(rules), otherwise(policy), ranking());
        settings.requireAllRead();
        return ruleSet;
    }

    private Rule rule(String name) throws WrongRulesException {
        try {
            return new Rule(name, when(name), ruling(name + "."));
        } catch (WrongRulesException wrong) {
            throw new WrongRulesException("rule '" + name + "': " + wrong.getMessage());
        }
    }

    private When when(String name) throws WrongRulesException {
        String key = name + ".when";
        String filter = settings.sentence(key);
        if (filter.isEmpty()) {
            throw new WrongRulesException("'" + key + "' is missing");
        }
        return When.parse(filter);
    }

    private Ruling ruling(String prefix) throws WrongRulesException {
        settings.required(prefix + "verdict");
        Outcome outcome = settings.choice(prefix + "verdict", VERDICTS, Outcome.SKIP);
        Set<Route> routes = settings.choices(prefix + "route", ROUTES);
        Ruling ruling = new Ruling(
                outcome,
                settings.choice(prefix + "access", ACCESSES, Access.READ_WRITE),
                routes.isEmpty() ? Set.of(Route.values()) : Set.copyOf(routes),
                because(prefix),
                settings.sentence(prefix + "remedy"),
                Optional.ofNullable(settings.choice(prefix + "conflict", CONFLICTS, null)));
        if (outcome != Outcome.MAP) {
            requireNone(prefix, "access", "route", "conflict");
        }
        return ruling;
    }

    private String because(String prefix) throws WrongRulesException {
        String because = settings.sentence(prefix + "because");
        if (because.isEmpty()) {
            throw new WrongRulesException("'" + prefix + "because' is missing: a sentence for whoever asks why");
        }
        return because;
    }

    private void requireNone(String prefix, String... keys) throws WrongRulesException {
        for (String key : keys) {
            if (!settings.text(prefix + key).isEmpty()) {
                throw new WrongRulesException(
                        "'" + prefix + key + "' is for rules that map; this one's verdict is another");
            }
        }
    }

    private Rule otherwise(String policy) throws WrongRulesException {
        Outcome outcome = settings.choice(OTHERWISE, VERDICTS, Outcome.SKIP);
        String because = "no rule of '" + policy + "' applies to it";
        String remedy = outcome == Outcome.REFUSE ? "add a rule for it" : "";
        return new Rule(OTHERWISE, When.parse(EVERYTHING), new Ruling(
                outcome, Access.READ_WRITE, Set.of(Route.values()), because, remedy, Optional.empty()));
    }

    private int ranking() throws WrongRulesException {
        String ranking = settings.text(Constants.SERVICE_RANKING);
        try {
            return ranking.isEmpty() ? 0 : Integer.parseInt(ranking);
        } catch (NumberFormatException e) {
            throw new WrongRulesException(
                    "'%s' is '%s', which is no integer".formatted(Constants.SERVICE_RANKING, ranking));
        }
    }
}
