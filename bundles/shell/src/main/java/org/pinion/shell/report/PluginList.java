package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pinion.api.runtime.PluginInfo;

/** The plugins that the core has seen. */
public final class PluginList {

    private PluginList() {}

    /**
     * @param plugins the plugins, sorted by kind and name
     * @return a headed table for people
     */
    public static String text(List<PluginInfo> plugins) {
        Columns rows = new Columns();
        rows.row("kind", "name", "state", "bundle", "detail");
        plugins.forEach(plugin ->
                rows.row(plugin.kind(), plugin.name(), state(plugin), plugin.bundle(), plugin.detail()));
        return rows.text();
    }

    /**
     * @param kernel the kernel that the backends talk to
     * @param plugins the plugins, sorted by kind and name
     * @return an object of JSON
     */
    public static Map<String, Object> json(String kernel, List<PluginInfo> plugins) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kernel", kernel);
        object.put("plugins", plugins.stream().map(PluginList::plugin).toList());
        return object;
    }

    private static Map<String, Object> plugin(PluginInfo plugin) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", plugin.kind());
        object.put("name", plugin.name());
        object.put("bundle", plugin.bundle());
        object.put("state", state(plugin));
        object.put("detail", plugin.detail());
        return object;
    }

    private static String state(PluginInfo plugin) {
        return plugin.state().name().toLowerCase(Locale.ROOT);
    }
}
