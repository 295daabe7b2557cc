/**
 * The planner: a pure function from a flat view, traits, limits and policies to a plan. Nothing in here knows what was
 * planned or mapped before, which is where the independence of order comes from.
 */
package org.pinion.core.plan;
