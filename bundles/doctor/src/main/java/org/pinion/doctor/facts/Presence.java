package org.pinion.doctor.facts;

/** Whether a part of the kernel is there. */
public enum Presence {
    /** Built in, or loaded. */
    THERE,
    /** A module that is not loaded. */
    LOADABLE,
    /** Not built. */
    ABSENT,
    /** Nothing that can be read tells. */
    UNKNOWN
}
