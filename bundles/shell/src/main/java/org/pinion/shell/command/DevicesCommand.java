package org.pinion.shell.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.shell.report.DeviceList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pinion devices}: what could be attached. */
@Command(
        name = "devices",
        description = "List the devices of this host that a backend could attach.",
        footer = {"", "Examples:", "  pinion devices", "  pinion devices --host lab.yaml --json"})
final class DevicesCommand implements Callable<Integer> {

    private final Services services;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BackendOption backend;

    @Mixin
    private HostOption host;

    @Mixin
    private JsonOption json;

    @Mixin
    private HelpOption help;

    DevicesCommand(Services services) {
        this.services = services;
    }

    @Override
    public Integer call() throws IommuException {
        List<HostDevice> devices = services.dma().devices(backend.name());
        json.print(
                spec.commandLine().getOut(),
                () -> DeviceList.text(devices),
                () -> DeviceList.json(backend.name(), services.runtime().kernel(), devices));
        return 0;
    }
}
