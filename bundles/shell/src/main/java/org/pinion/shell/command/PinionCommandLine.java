package org.pinion.shell.command;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The command line of {@code pinion}, put together. */
public final class PinionCommandLine {

    private PinionCommandLine() {}

    /**
     * Runs one command.
     *
     * @param services what the commands call
     * @param version what {@code --version} prints
     * @param out takes what was asked for
     * @param err takes why it could not be done
     * @param args the arguments
     * @return the exit code: 0 done, 1 refused or failed, 2 wrong usage
     */
    public static int run(Services services, String version, PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new RootCommand())
                .addSubcommand(new ExplainCommand(services))
                .addSubcommand(new PlugCommand(services))
                .addSubcommand(new PreflightCommand(services))
                .addSubcommand(new ReplayCommand(services))
                .addSubcommand(new CommandLine(new RulesCommand()).addSubcommand(new RulesCheckCommand(services)))
                .addSubcommand(new DevicesCommand(services))
                .addSubcommand(new PluginsCommand(services))
                .addSubcommand(new DoctorCommand(services))
                .addSubcommand(new RunCommand())
                .addSubcommand(new KeepCommand())
                .addSubcommand(new CommandLine.HelpCommand());
        line.getCommandSpec().version("pinion " + version);
        // A file may be called what it likes, also @something.
        int code = line.setExpandAtFiles(false)
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Failures::wrongUsage)
                .setExecutionExceptionHandler(
                        (exception, command, parsed) -> Failures.failed(exception, command.getErr()))
                .execute(args);
        if (out.checkError()) {
            err.println("pinion: the output could not be written whole; remedy: see whether its disk is full");
            code = code == 0 ? Failures.FAILED : code;
        }
        err.flush();
        return code;
    }
}
