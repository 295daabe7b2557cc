package org.pinion.shell.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.shell.report.PluginList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pinion plugins}: what was found, and whether it works here. */
@Command(
        name = "plugins",
        description = "List the backends, classifiers, policies and sources that are there, and whether they work"
                + " here.",
        footer = {"", "Examples:", "  pinion plugins", "  pinion plugins --json"})
final class PluginsCommand implements Callable<Integer> {

    private final Services services;

    @Spec
    private CommandSpec spec;

    @Mixin
    private HostOption host;

    @Mixin
    private JsonOption json;

    @Mixin
    private HelpOption help;

    PluginsCommand(Services services) {
        this.services = services;
    }

    @Override
    public Integer call() {
        List<PluginInfo> plugins = services.runtime().plugins();
        json.print(
                spec.commandLine().getOut(),
                () -> PluginList.text(plugins),
                () -> PluginList.json(services.runtime().kernel(), plugins));
        return 0;
    }
}
