package org.pinion.shell.command;

import picocli.CommandLine.Option;

/** The help of a subcommand. */
final class HelpOption {

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;
}
