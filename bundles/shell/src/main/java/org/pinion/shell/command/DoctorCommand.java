package org.pinion.shell.command;

import org.pinion.api.IommuException;
import org.pinion.shell.report.DoctorJson;
import org.pinion.shell.report.DoctorText;
import org.pinion.shell.report.Examination;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pinion doctor}: what this host can and cannot do, and what helps. */
@Command(
        name = "doctor",
        description = "Say what this host can and cannot do for devices and their DMA, and what helps. Opens device"
                + " files and closes them; of a device that is bound to a VFIO driver and that nobody uses it asks the"
                + " limits, for which the kernel resets it.",
        footer = {
            "",
            "The exit code is 0 if a device can be attached as things are, 1 if not (why is on the standard error).",
            "",
            "Examples:",
            "  pinion doctor",
            "  pinion doctor --json",
            "  pinion doctor --host lab.yaml"
        })
final class DoctorCommand extends AnsweringCommand {

    @Option(
            names = "--host",
            paramLabel = "FILE",
            description = "Examine the emulated host that FILE describes. Without it: this machine, also where it has"
                    + " neither /dev/iommu nor /dev/vfio/vfio.")
    private String host;

    @Option(
            names = "--emulate",
            paramLabel = "RELEASE",
            description = "Examine an emulated host whose kernel has the interface of that release of Linux: 7.3 or"
                    + " 6.12.")
    private String release;

    DoctorCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        Examination examination = Examination.by(services.examiners().get());
        print(
                () -> DoctorText.of(examination),
                () -> DoctorJson.of(examination));
        examination.obstacle().ifPresent(problem -> err().println(
                "pinion: no device can be used: " + problem.subject() + ": " + problem.found()));
        return examination.usable() ? 0 : Failures.FAILED;
    }
}
