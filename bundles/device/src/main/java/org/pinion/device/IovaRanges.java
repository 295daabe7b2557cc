package org.pinion.device;

import org.pinion.api.RangeSet;

/**
 * What an address space of the kernel lets be mapped.
 *
 * @param usable the addresses outside everything reserved; whether they are mapped already does not matter
 * @param alignment bytes of which starts and lengths must be multiples
 */
public record IovaRanges(RangeSet usable, long alignment) {}
