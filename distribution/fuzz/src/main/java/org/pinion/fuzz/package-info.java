/**
 * Asks two kernels the same: random sequences of requests, run on the emulated kernel and on the machine's, compared
 * answer by answer. What they answer differently is cut down to a short script.
 */
package org.pinion.fuzz;
