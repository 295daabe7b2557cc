package org.pinion.core.plugin;

import org.pinion.api.runtime.PluginInfo;

/**
 * A plugin as its service was registered.
 *
 * @param kind its kind
 * @param name its name, from the service property
 * @param bundle symbolic name and version of its bundle
 * @param id the service's id: what tells an old service from its replacement
 * @param ranking the service's ranking
 * @param service the service itself; until it is made, and if it cannot be made, what says why
 */
public record Plugin(PluginKind kind, String name, String bundle, long id, int ranking, Object service) {

    /** A plugin whose service nobody has asked for. */
    public Plugin(PluginKind kind, String name, String bundle, long id, int ranking) {
        this(kind, name, bundle, id, ranking, Unmade.YET);
    }

    /** {@return the same plugin with its service, or with the reason why there is none} */
    Plugin with(Object made) {
        return new Plugin(kind, name, bundle, id, ranking, made);
    }

    /** {@return whether its service is there} */
    boolean isMade() {
        return !(service instanceof Unmade);
    }

    /** {@return whether this one is to be used rather than another of the same name} */
    boolean precedes(Plugin other) {
        return ranking != other.ranking ? ranking > other.ranking : id < other.id;
    }

    /** {@return what there is to say about it} */
    PluginInfo info(PluginInfo.State state, String detail) {
        return new PluginInfo(kind.word(), name, bundle, state, detail);
    }

    /** {@return {@code KIND 'NAME' of bundle BUNDLE}} */
    @Override
    public String toString() {
        return kind.word() + " '" + name + "' of bundle " + bundle;
    }
}
