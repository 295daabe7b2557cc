package org.pinion.core.plan;

import org.pinion.spi.policy.MappingPolicy;

/**
 * A policy under the name by which spaces require it.
 *
 * @param name its name, the first half of the rules it decides by
 * @param policy what to ask
 */
public record NamedPolicy(String name, MappingPolicy policy) {}
