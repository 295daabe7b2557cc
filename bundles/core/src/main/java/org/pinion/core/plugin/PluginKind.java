package org.pinion.core.plugin;

import java.util.Locale;

/** The kinds of plugins. */
public enum PluginKind {

    /** Opens address spaces. */
    BACKEND,

    /** Finds out what memory is. */
    CLASSIFIER,

    /** Says what may be mapped. */
    POLICY,

    /** Reads flat views. */
    SOURCE;

    /** {@return the kind as events and people name it, such as {@code policy}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return whether plans depend on plugins of this kind} */
    boolean shapesPlans() {
        return this == CLASSIFIER || this == POLICY;
    }
}
