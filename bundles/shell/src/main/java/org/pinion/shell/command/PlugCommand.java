package org.pinion.shell.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.shell.report.PlanJson;
import org.pinion.shell.report.PlanText;
import org.pinion.shell.report.PlugJson;
import org.pinion.shell.report.PlugReport;
import org.pinion.shell.report.PlugText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pinion plug}: attaches devices to memory shaped like a guest's, lets them do DMA, takes all of it back. */
@Command(
        name = "plug",
        customSynopsis = "pinion plug (MTREE [--memory-devices=JSON] | --qmp=SOCKET) [--address-space=NAME]%n"
                + "            --device=ADDR... [--policy=NAME]... [--backend=NAME] [--host=FILE]%n"
                + "            [--emulate=RELEASE] [--json]",
        description = "Attach devices to memory of the same shape as a guest's, let them move bytes by DMA through"
                + " every mapping, check the bytes, and take everything back.",
        footer = {
            "",
            "The plan and the table are the same in whatever order the devices are given. Devices other than QEMU's"
                    + " edu (1234:11e8) are attached, but do no DMA.",
            "",
            "Examples:",
            "  pinion plug guest.mtree --device 0000:00:10.0",
            "  pinion plug guest.mtree --policy qemu --device 0000:00:10.0 --device 0000:00:11.0 --json"
        })
final class PlugCommand extends AnsweringCommand {

    private static final String SPACE = "pinion plug";
    private static final Duration TRANSFER_DEADLINE = Duration.ofSeconds(5);

    @Mixin
    private GuestOptions guest;

    @Option(
            names = "--device",
            required = true,
            paramLabel = "ADDR",
            parameterConsumer = DeviceOption.class,
            description = "A device to attach, such as 0000:00:10.0; may be given several times. They are attached in"
                    + " this order.")
    private List<String> devices = new ArrayList<>();

    @Mixin
    private SpaceChoice choice;

    @Mixin
    private HostOption host;

    PlugCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        DeviceOption.requireDistinct(devices, commandLine());
        FlatView view = guest.read(services.dma(), commandLine());
        try {
            PlugReport report = new PlugRun(services, choice.named(SPACE), devices, TRANSFER_DEADLINE).on(view);
            return print(report);
        } catch (IommuException | RuntimeException e) {
            int code = Failures.failed(e, err());
            sayWhatIsLeft(err());
            return code;
        }
    }

    private int print(PlugReport report) {
        if (!report.plan().plan().refusals().isEmpty()) {
            print(() -> PlanText.of(report.plan()), () -> PlanJson.of(report.plan()));
            int code = Refusals.print(report.plan().plan(), err());
            sayWhatIsLeft(err());
            return code;
        }
        print(() -> PlugText.of(report), () -> PlugJson.of(report));
        report.failures().forEach(failure -> err().println("pinion: DMA check failed: " + failure));
        if (!forProgram()) {
            sayWhatIsLeft(out());
        }
        return report.failures().isEmpty() ? 0 : Failures.FAILED;
    }

    private void sayWhatIsLeft(PrintWriter to) {
        to.println(services.dma().space(SPACE).isEmpty()
                ? "nothing is left mapped or attached"
                : "the address space '" + SPACE + "' is still open");
    }
}
