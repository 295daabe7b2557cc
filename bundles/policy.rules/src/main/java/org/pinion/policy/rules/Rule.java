package org.pinion.policy.rules;

/**
 * One rule.
 *
 * @param name its name, as decisions bear it
 * @param when what it applies to
 * @param ruling what happens then
 */
record Rule(String name, When when, Ruling ruling) {}
