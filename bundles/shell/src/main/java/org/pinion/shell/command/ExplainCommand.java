package org.pinion.shell.command;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.shell.report.PlanJson;
import org.pinion.shell.report.PlanReport;
import org.pinion.shell.report.PlanText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pinion explain}: what would be mapped for some devices, and why; maps nothing. */
@Command(
        name = "explain",
        customSynopsis = "pinion explain (MTREE [--memory-devices=JSON] | --qmp=SOCKET) [--address-space=NAME]%n"
                + "               [--device=ADDR]... [--policy=NAME]... [--backend=NAME] [--host=FILE]%n"
                + "               [--emulate=RELEASE] [--json]",
        description = "Say what of a guest's memory would be mapped, trimmed, carved or skipped for some devices, and"
                + " why. Nothing is mapped.",
        footer = {
            "",
            "A refused plan is printed all the same; the refusals are on the standard error, and the exit code is 1.",
            "",
            "Examples:",
            "  pinion explain guest.mtree",
            "  pinion explain guest.mtree --device 0000:00:10.0 --device 0000:00:11.0",
            "  pinion explain guest.mtree --memory-devices guest.json --policy qemu --device 0000:00:10.0",
            "  pinion explain --qmp /run/guest.qmp --policy strict,qemu --json"
        })
final class ExplainCommand extends AnsweringCommand {

    private static final String SPACE = "pinion explain";

    @Mixin
    private GuestOptions guest;

    @Option(
            names = "--device",
            paramLabel = "ADDR",
            parameterConsumer = DeviceOption.class,
            description = "A device to plan for, such as 0000:00:10.0; may be given several times. Without it: what any"
                    + " device could be given.")
    private List<String> devices = new ArrayList<>();

    @Mixin
    private SpaceChoice choice;

    @Mixin
    private HostOption host;

    ExplainCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        DeviceOption.requireDistinct(devices, commandLine());
        PlanReport report = report(plan(guest.read(services.dma(), commandLine())));
        print(() -> PlanText.of(report), () -> PlanJson.of(report));
        return Refusals.print(report.plan(), err());
    }

    private Plan plan(FlatView view) throws IommuException {
        try (AddressSpace space = services.dma().open(choice.named(SPACE))) {
            return space.preview(view, devices);
        }
    }

    private PlanReport report(Plan plan) throws IommuException {
        return Reports.plan(services, choice.backend(), devices, plan);
    }
}
