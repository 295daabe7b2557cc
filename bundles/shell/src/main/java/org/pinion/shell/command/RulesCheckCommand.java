package org.pinion.shell.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.shell.report.RulesReport;
import org.pinion.shell.rules.RulesCheck;
import org.pinion.shell.rules.RulesFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pinion rules check}: what rules would change; puts nothing in force and maps nothing. */
@Command(
        name = "check",
        customSynopsis = "pinion rules check FILE (--against=MTREE [--memory-devices=JSON] | --qmp=SOCKET)%n"
                + "                   [--address-space=NAME] [--device=ADDR]... [--policy=NAME]... [--beside]%n"
                + "                   [--backend=NAME] [--host=FILE] [--emulate=RELEASE] [--json]",
        description = "Say what rules would change for a guest: what would be mapped, skipped or refused that is not"
                + " under the policies in force (--policy), and by which rule. The rules stand in for the policy of"
                + " their name, or for all of them. Nothing is put in force, nothing is mapped.",
        footer = {
            "",
            "Exit code 1: the file is wrong, or the rules refuse the plan; the reasons are on the standard error.",
            "",
            "Examples:",
            "  pinion rules check org.pinion.policy.rules-house.cfg --against guest.mtree",
            "  pinion rules check house.cfg --against guest.mtree --policy strict --beside --device 0000:00:10.0",
            "  pinion rules check house.json --against guest.mtree --policy strict,house --json"
        })
final class RulesCheckCommand extends AnsweringCommand {

    @Parameters(
            paramLabel = "FILE",
            description = "The rules: a configuration, as *.cfg or as a Configurator's *.json.")
    private Path file;

    @Option(
            names = "--against",
            paramLabel = "MTREE",
            description = "The guest's memory: the output of QEMU's 'info mtree -f'.")
    private Path mtree;

    @Mixin
    private GuestSource guest;

    @Option(
            names = "--device",
            paramLabel = "ADDR",
            parameterConsumer = DeviceOption.class,
            description = "A device to plan for, such as 0000:00:10.0; may be given several times.")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--beside",
            description = "Keep the policies in force: the rules can then only take away.")
    private boolean beside;

    @Mixin
    private SpaceChoice choice;

    @Mixin
    private HostOption host;

    RulesCheckCommand(Services services) {
        super(services);
    }

    @Override
    public Integer call() throws IommuException {
        DeviceOption.requireDistinct(devices, commandLine());
        FlatView view = guest.read(services.dma(), commandLine(), mtree, "--against MTREE");
        RulesCheck check =
                new RulesCheck(services.dma(), services.runtime(), services.drafts().get());
        Map<String, Object> rules = RulesFile.read(file, check.factoryPid());
        RulesReport report = check.compare(file, rules, choice.named("pinion rules check"), beside, view, devices);
        print(report::text, report::json);
        return Refusals.print(report.after(), err());
    }
}
