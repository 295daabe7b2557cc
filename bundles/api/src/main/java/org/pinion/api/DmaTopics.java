package org.pinion.api;

/**
 * The topics and properties of the events that the core posts through EventAdmin. Every event about a space carries
 * {@link #SPACE}; properties are strings and longs.
 */
public final class DmaTopics {

    /** All events of Pinion. */
    public static final String ALL = "org/pinion/*";

    /** A space was opened. */
    public static final String SPACE_OPENED = "org/pinion/space/OPENED";

    /** A space's table was changed: by a commit, an attach, a detach or a replan; {@link #CAUSE} says which. */
    public static final String SPACE_CHANGED = "org/pinion/space/CHANGED";

    /** A change was refused or failed, and the space is as it was; {@link #REASON} says why. */
    public static final String SPACE_REFUSED = "org/pinion/space/REFUSED";

    /** A change failed and could not be undone; {@link #REASON} says what is missing. */
    public static final String SPACE_DEGRADED = "org/pinion/space/DEGRADED";

    /** A space's backend left and handed the space over; nothing can be changed until another one goes on. */
    public static final String SPACE_HELD = "org/pinion/space/HELD";

    /** Another backend, or another version of it, goes on with a space; {@link #CAUSE} says which. */
    public static final String SPACE_ADOPTED = "org/pinion/space/ADOPTED";

    /** A space was moved to another backend; {@link #CAUSE} says to which. */
    public static final String SPACE_MOVED = "org/pinion/space/MOVED";

    /** Plugins want something that must be decided on; {@link #REASON} says what. */
    public static final String SPACE_PENDING = "org/pinion/space/PENDING";

    /** A space was closed. */
    public static final String SPACE_CLOSED = "org/pinion/space/CLOSED";

    /** A plugin arrived; {@link #PLUGIN} names it. */
    public static final String PLUGIN_ARRIVED = "org/pinion/plugin/ARRIVED";

    /** A plugin left. */
    public static final String PLUGIN_LEFT = "org/pinion/plugin/LEFT";

    /** A plugin threw, answered what cannot be, or did not answer in time; {@link #REASON} says how. */
    public static final String PLUGIN_FAILED = "org/pinion/plugin/FAILED";

    /**
     * A backend has been at one thing for longer than a change waits for another; {@link #REASON} says what, for which
     * space and since when. Told once a call, and no failure: the kernel may take that long.
     */
    public static final String PLUGIN_SLOW = "org/pinion/plugin/SLOW";

    /** Property: the space's name. */
    public static final String SPACE = "space";

    /** Property: what brought the change about, such as {@code attach 0000:00:10.0}. */
    public static final String CAUSE = "cause";

    /** Property: the space's version after the change, a long. */
    public static final String VERSION = "version";

    /** Property: why, a sentence. */
    public static final String REASON = "reason";

    /** Property: the plugin's name, such as {@code iommufd}. */
    public static final String PLUGIN = "plugin";

    /** Property: the plugin's kind: {@code backend}, {@code classifier}, {@code policy}, {@code source}. */
    public static final String KIND = "kind";

    /** Property: the symbolic name and version of the plugin's bundle. */
    public static final String BUNDLE = "bundle";

    private DmaTopics() {}
}
