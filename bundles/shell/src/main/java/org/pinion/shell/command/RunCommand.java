package org.pinion.shell.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pinion run}: the launcher keeps the framework up; there is nothing left to do in here. */
@Command(
        name = "run",
        description = "Start Pinion and stay up, with a Gogo shell whose commands are 'dma:help' and what it lists.",
        footer = {"", "Examples:", "  pinion run", "  pinion run --host lab.yaml", "  pinion run --emulate 6.12"})
final class RunCommand implements Callable<Integer> {

    @Mixin
    private HostOption host;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        return 0;
    }
}
