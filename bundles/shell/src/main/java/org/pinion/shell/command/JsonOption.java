package org.pinion.shell.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Whether the answer is for a program. */
final class JsonOption {

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    void print(PrintWriter out, Supplier<String> text, Supplier<Map<String, Object>> object) {
        out.print(json ? json(object.get()) : text.get());
    }

    boolean chosen() {
        return json;
    }

    private static String json(Map<String, Object> object) {
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException("an object of strings and numbers cannot be written as JSON", e);
        }
    }
}
