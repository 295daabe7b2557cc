package org.pinion.api;

/** Something that lies at a range of addresses: a section, a decision, a mapping. It is a value, and never moves. */
public sealed interface Ranged permits Decision, Stretch {

    /** {@return the addresses at which it lies} */
    AddressRange range();
}
