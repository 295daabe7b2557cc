package org.pinion.shell.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.shell.report.ReplayReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pinion replay}: follows a recording of a guest's memory with a device attached, and counts. */
@Command(
        name = "replay",
        customSynopsis = "pinion replay TRACE [--device=ADDR]... [--policy=NAME]... [--backend=NAME]%n"
                + "              [--host=FILE] [--emulate=RELEASE] [--json]",
        description = "Show a device every flat view of a guest in a recording, one after the other, on memory of this"
                + " process, and count what was mapped, unmapped and pinned, beside what QEMU did.",
        footer = {
            "",
            "TRACE has QEMU's trace events vfio_listener_* from the guest's start: qemu --trace 'vfio_listener_*',"
                    + "file=TRACE.",
            "",
            "Examples:",
            "  pinion replay guest.trace",
            "  pinion replay guest.trace --device 0000:00:10.0 --json"
        })
final class ReplayCommand extends AnsweringCommand {

    private static final String SPACE = "pinion replay";

    @Parameters(
            hideParamSyntax = true,
            paramLabel = "TRACE",
            description = "The recording of the trace events vfio_listener_* of a QEMU.")
    private Path trace;

    @Option(
            names = "--device",
            paramLabel = "ADDR",
            parameterConsumer = DeviceOption.class,
            description = "A device to attach, such as 0000:00:10.0; may be given several times. Without it: the first"
                    + " edu, or else the first device behind an IOMMU, that a VFIO driver has.")
    private List<String> devices = new ArrayList<>();

    @Mixin
    private SpaceChoice choice;

    @Mixin
    private HostOption host;

    ReplayCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        DeviceOption.requireDistinct(devices, commandLine());
        List<FlatView> views = services.dma().history("qemu", Map.of("trace", trace.toString()));
        ReplayReport report = new ReplayRun(services, choice.named(SPACE), devices).of(views);
        print(report::text, report::json);
        return 0;
    }
}
