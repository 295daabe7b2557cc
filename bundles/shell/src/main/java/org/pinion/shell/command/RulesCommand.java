package org.pinion.shell.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pinion rules}, which does nothing without a subcommand. */
@Command(
        name = "rules",
        synopsisSubcommandLabel = "COMMAND",
        description = "Work with an operator's own rules.",
        footer = {"", "Examples:", "  pinion rules check house.cfg --against guest.mtree"})
final class RulesCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HostOption host;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? There is 'check'");
    }
}
