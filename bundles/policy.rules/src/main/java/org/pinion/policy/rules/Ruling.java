package org.pinion.policy.rules;

import java.util.Optional;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.spi.policy.Verdict.Outcome;

/**
 * What happens to what a rule applies to.
 *
 * @param outcome map, skip or refuse
 * @param access the most a device may do, if mapped
 * @param routes the ways that are allowed, if mapped
 * @param because why, a sentence for people
 * @param remedy what can be done about it; empty if nothing
 * @param conflict what happens where a device cannot use the addresses: skip, refuse or apart; empty for what happens
 *     with policies that do not say
 */
record Ruling(
        Outcome outcome,
        Access access,
        Set<Route> routes,
        String because,
        String remedy,
        Optional<Outcome> conflict) {}
