package org.pinion.lab;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Runs tests one after the other, a line each: {@code ok NAME (1.2 s)} or {@code FAILED NAME: reason}. */
final class Runner {

    private final Lab lab;
    private final PrintStream results;
    private final PrintStream log;

    /**
     * @param lab what the tests work with
     * @param results where the lines go
     * @param log where a test's name goes before it begins, and all of what it threw
     */
    Runner(Lab lab, PrintStream results, PrintStream log) {
        this.lab = lab;
        this.results = results;
        this.log = log;
    }

    /** Says whether all of the tests passed. */
    boolean run(List<AcceptanceTest> tests) {
        int failed = 0;
        for (AcceptanceTest test : tests) {
            failed += passes(test) ? 0 : 1;
        }
        return failed == 0;
    }

    private boolean passes(AcceptanceTest test) {
        log.println("=== " + test.name());
        long start = System.nanoTime();
        // A test that fails must not take the others with it, whatever it throws.
        try {
            test.body().run(lab);
        } catch (Exception | AssertionError failure) {
            failure.printStackTrace(log);
            say("FAILED " + test.name() + ": " + oneLine(failure));
            return false;
        }
        say(String.format(Locale.ROOT, "ok %s (%.1f s)", test.name(), (System.nanoTime() - start) / 1e9));
        return true;
    }

    private void say(String line) {
        results.println(line);
        results.flush();
        log.println(line);
    }

    private static String oneLine(Throwable failure) {
        String name = failure instanceof AssertionError ? "" : failure.getClass().getSimpleName() + ": ";
        return name + String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " | ");
    }
}
