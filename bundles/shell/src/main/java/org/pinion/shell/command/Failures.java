package org.pinion.shell.command;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.pinion.api.IommuException;
import picocli.CommandLine;

/** What could not be done, said in a line or a few and in the exit code. */
final class Failures {

    /** Refused or failed. */
    static final int FAILED = 1;

    private static final int WRONG_USAGE = 2;
    private static final int FRAMES = 3;

    private Failures() {}

    static int wrongUsage(CommandLine.ParameterException exception, String[] args) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pinion: " + exception.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(exception, err);
        err.println("try '" + command.getCommandSpec().qualifiedName() + " --help'");
        return WRONG_USAGE;
    }

    static int failed(Exception exception, PrintWriter err) {
        if (exception instanceof IommuException) {
            err.println("pinion: " + exception.getMessage());
        } else {
            err.println("pinion: internal error: " + exception + " at " + place(exception));
            err.println("This is a fault of Pinion. Please report this line with the command, its input and"
                    + " the output of 'pinion plugins'.");
        }
        for (Throwable further : exception.getSuppressed()) {
            err.println("pinion: and while giving back what was taken: " + further.getMessage());
        }
        return FAILED;
    }

    private static String place(Exception exception) {
        return Arrays.stream(exception.getStackTrace())
                .limit(FRAMES)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
                .collect(Collectors.joining(" < "));
    }
}
