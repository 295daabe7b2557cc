package org.pinion.api.runtime;

import java.util.Objects;

/**
 * A plugin that the core has seen.
 *
 * @param kind {@code backend}, {@code classifier}, {@code policy} or {@code source}
 * @param name its name, such as {@code iommufd}
 * @param bundle the symbolic name and version of its bundle
 * @param state whether the core uses it
 * @param detail what there is to say about it: a backend's availability, a failure's message; may be empty
 */
public record PluginInfo(String kind, String name, String bundle, State state, String detail) {

    /** Whether the core uses a plugin. */
    public enum State {
        /** In use. */
        ACTIVE,
        /** Another plugin of the same kind and name, with a higher ranking or older, is in use. */
        SHADOWED,
        /** It cannot work on this host; {@link PluginInfo#detail()} says why. */
        UNAVAILABLE,
        /** It failed and is not asked any more until its bundle changes, or it is released. */
        QUARANTINED
    }

    /** Checks that nothing is null. */
    public PluginInfo {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(bundle, "bundle");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(detail, "detail");
    }
}
