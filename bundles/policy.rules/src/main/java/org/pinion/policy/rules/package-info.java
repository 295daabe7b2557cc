/**
 * Policies of the operator's own, without code: rules from configuration, asked in their order. What a rule applies to
 * is said by a filter of the OSGi framework.
 */
package org.pinion.policy.rules;
