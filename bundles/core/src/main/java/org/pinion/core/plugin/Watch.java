package org.pinion.core.plugin;

/**
 * Who is being asked at the moment. One thread works, another looks on; the count of entries and exits is odd while a
 * plugin runs, and has not moved if it is still the same call. Two volatile writes a call are all that watching costs.
 */
final class Watch {

    private Plugin plugin;
    private volatile long moves;

    void enter(Plugin asked) {
        plugin = asked;
        moves = moves + 1;
    }

    void leave() {
        moves = moves + 1;
    }

    long moves() {
        return moves;
    }

    /** {@return the plugin entered last, as it was when {@link #moves} was read} */
    Plugin plugin() {
        return plugin;
    }
}
