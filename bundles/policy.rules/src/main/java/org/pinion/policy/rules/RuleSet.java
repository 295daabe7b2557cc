package org.pinion.policy.rules;

import java.util.List;

/**
 * The rules of one policy.
 *
 * @param policy the policy's name
 * @param rules the rules, in the order in which they are asked: the first that applies decides
 * @param otherwise what decides where none of them applies
 * @param ranking the ranking of the service
 */
record RuleSet(String policy, List<Rule> rules, Rule otherwise, int ranking) {

    /** The same rules as another policy. */
    RuleSet named(String other) {
        return new RuleSet(other, rules, otherwise, ranking);
    }
}
