package org.pinion.shell.command;

import java.util.List;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.shell.report.PluginList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pinion plugins}: what was found, and whether it works here. */
@Command(
        name = "plugins",
        description = "List the backends, classifiers, policies and sources that are there, and whether they work"
                + " here.",
        footer = {"", "Examples:", "  pinion plugins", "  pinion plugins --json"})
final class PluginsCommand extends AnsweringCommand {

    @Mixin
    private HostOption host;

    PluginsCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() {
        List<PluginInfo> plugins = services.runtime().plugins();
        print(
                () -> PluginList.text(plugins),
                () -> PluginList.json(services.runtime().kernel(), plugins));
        return 0;
    }
}
