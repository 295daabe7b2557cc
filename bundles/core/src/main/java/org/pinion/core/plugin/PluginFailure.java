package org.pinion.core.plugin;

import org.pinion.api.IommuException;
import org.pinion.core.space.PluginFault;

/** A plugin broke its contract: it threw, answered null, or did not answer in time. */
final class PluginFailure extends PluginFault {

    private static final long serialVersionUID = 1L;

    private final transient Plugin plugin;

    PluginFailure(Plugin plugin, String reason, Throwable cause) {
        super(reason, cause);
        this.plugin = plugin;
    }

    static PluginFailure threw(Plugin plugin, Throwable thrown) {
        return new PluginFailure(plugin, "threw " + thrown, thrown);
    }

    static PluginFailure answeredNull(Plugin plugin) {
        return new PluginFailure(plugin, "answered null", null);
    }

    Plugin plugin() {
        return plugin;
    }

    @Override
    public String sentence() {
        return plugin + " " + getMessage();
    }

    @Override
    public String remedy() {
        return "update or stop bundle " + plugin.bundle();
    }

    IommuException toIommuException(String operation) {
        return new IommuException(operation, null, null, sentence(), remedy(), this);
    }
}
