package org.pinion.shell.command;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Stack;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Takes one or more device addresses after {@code --device}, and leaves what does not look like one to others. */
final class DeviceOption implements IParameterConsumer {

    private static final Pattern ADDRESS = Pattern.compile(
            "\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.[0-7]"
                    + "|\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    @Override
    public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
        List<String> devices = option.getValue();
        if (args.isEmpty()) {
            throw new ParameterException(command.commandLine(), "--device needs the address of a device");
        }
        do {
            devices.add(args.pop());
        } while (!args.isEmpty() && ADDRESS.matcher(args.peek()).matches());
    }

    /** Refuses a device that was named twice, which is a slip of the pen: a device attaches once. */
    static void requireDistinct(List<String> devices, CommandLine command) {
        LinkedHashSet<String> seen = new LinkedHashSet<>();
        devices.stream().filter(device -> !seen.add(device)).findFirst().ifPresent(twice -> {
            throw new ParameterException(command, "--device " + twice + " was given twice");
        });
    }
}
