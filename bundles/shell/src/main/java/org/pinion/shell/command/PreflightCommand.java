package org.pinion.shell.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.shell.report.ForecastReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code pinion preflight}: what plugging one more device would do; maps and attaches nothing. */
@Command(
        name = "preflight",
        customSynopsis = "pinion preflight (MTREE [--memory-devices=JSON] | --qmp=SOCKET) [--address-space=NAME]%n"
                + "                 [--device=ADDR]... --plug=ADDR [--policy=NAME]... [--backend=NAME]%n"
                + "                 [--host=FILE] [--emulate=RELEASE] [--json]",
        description = "Say what plugging a device would do to a guest whose memory other devices use already: what they"
                + " would lose and why, whether it is refused, what is pinned. Nothing is mapped or attached.",
        footer = {
            "",
            "Exit code 1: the device would be refused; the reasons are on the standard error.",
            "",
            "Examples:",
            "  pinion preflight guest.mtree --device 0000:00:10.0 --plug 0000:00:11.0",
            "  pinion preflight guest.mtree --plug 0000:00:11.0 --policy qemu --json"
        })
final class PreflightCommand extends AnsweringCommand {

    private static final String SPACE = "pinion preflight";

    @Mixin
    private GuestOptions guest;

    @Option(
            names = "--device",
            paramLabel = "ADDR",
            parameterConsumer = DeviceOption.class,
            description = "A device that is plugged already, such as 0000:00:10.0; may be given several times.")
    private List<String> devices = new ArrayList<>();

    @Option(names = "--plug", required = true, paramLabel = "ADDR", description = "The device to plug.")
    private String plug;

    @Mixin
    private SpaceChoice choice;

    @Mixin
    private HostOption host;

    PreflightCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        DeviceOption.requireDistinct(devices, commandLine());
        if (devices.contains(plug)) {
            throw new ParameterException(commandLine(), "--plug " + plug + " is plugged already, by --device");
        }
        Forecast forecast = forecast(guest.read(services.dma(), commandLine()));
        ForecastReport report =
                new ForecastReport(choice.backend(), services.runtime().kernel(), forecast);
        print(report::text, report::json);
        return answer(forecast, err());
    }

    private Forecast forecast(FlatView view) throws IommuException {
        try (AddressSpace space = services.dma().open(choice.named(SPACE))) {
            return space.forecast(view, devices, plug);
        }
    }

    private static int answer(Forecast forecast, PrintWriter err) {
        Refusals.print(forecast.plan(), err);
        OptionalLong raise = forecast.budget().raiseFor(forecast.newlyPinnedBytes() - forecast.unpinnedBytes());
        raise.ifPresent(bytes -> err.println(
                "pinion: refused: the limit on locked memory is too low; remedy: raise it to %d bytes or more"
                        .formatted(bytes)));
        if (!forecast.budget().takes(forecast.entries())) {
            err.println(("pinion: refused: %d mappings are needed in addition, and the kernel has room for %d; remedy:"
                            + " raise parameter dma_entry_limit of module vfio_iommu_type1, or use backend iommufd")
                    .formatted(forecast.entries(), forecast.budget().entries().getAsLong()));
        }
        return forecast.accepted() ? 0 : Failures.FAILED;
    }
}
