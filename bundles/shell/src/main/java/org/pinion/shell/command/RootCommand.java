package org.pinion.shell.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pinion} itself, which does nothing without a subcommand. */
@Command(
        name = "pinion",
        synopsisSubcommandLabel = "COMMAND",
        description = "Decides which memory a device may reach by DMA, makes the kernel's mappings match, and says"
                + " why.",
        footer = {
            "",
            "Examples:",
            "  pinion explain guest.mtree --device 0000:00:10.0",
            "  pinion plug guest.mtree --device 0000:00:10.0 --device 0000:00:11.0",
            "  pinion devices",
            "  pinion doctor",
            "  pinion help explain",
            "",
            "Exit codes: 0 done, 1 refused or failed (the reason is on the standard error), 2 wrong usage."
        })
final class RootCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version and exit.")
    private boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }
}
