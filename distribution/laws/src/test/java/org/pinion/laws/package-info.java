/**
 * The laws of the whole: core, backend, classifier and policies over the emulated kernel, without a framework. Machines,
 * guests and histories are generated from a seed, which every failure names.
 */
package org.pinion.laws;
