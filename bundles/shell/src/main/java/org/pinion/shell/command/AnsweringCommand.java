package org.pinion.shell.command;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the runtime something and prints the answer, for people or for a program. */
abstract class AnsweringCommand implements Callable<Integer> {

    final Services services;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Mixin
    private HelpOption help;

    AnsweringCommand(Services services) {
        this.services = services;
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }

    final PrintWriter out() {
        return commandLine().getOut();
    }

    final PrintWriter err() {
        return commandLine().getErr();
    }

    final void print(Supplier<String> text, Supplier<Map<String, Object>> object) {
        json.print(out(), text, object);
    }

    /** Whether the answer is for a program, so that nothing else may be printed with it. */
    final boolean forProgram() {
        return json.chosen();
    }
}
