package org.pinion.shell.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pinion keep}: the launcher starts {@code pinion run} over and over, and never asks in here. */
@Command(
        name = "keep",
        description = "Start 'pinion run', and again when it is killed, with the address spaces that outlive it.",
        footer = {"", "Example:", "  pinion keep"})
final class KeepCommand implements Callable<Integer> {

    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "'keep' comes first, and options of 'run' behind it");
    }
}
