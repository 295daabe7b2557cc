package org.pinion.shell.command;

import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.shell.report.DeviceList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pinion devices}: what could be attached. */
@Command(
        name = "devices",
        description = "List the devices of this host that a backend could attach.",
        footer = {"", "Examples:", "  pinion devices", "  pinion devices --host lab.yaml --json"})
final class DevicesCommand extends AnsweringCommand {

    @Mixin
    private BackendOption backend;

    @Mixin
    private HostOption host;

    DevicesCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        List<HostDevice> devices = services.dma().devices(backend.name());
        print(
                () -> DeviceList.text(devices),
                () -> DeviceList.json(backend.name(), services.runtime().kernel(), devices));
        return 0;
    }
}
