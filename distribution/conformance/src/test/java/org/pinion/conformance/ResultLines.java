package org.pinion.conformance;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Prints a line for each case. A case's name is made of the display names from its fixture on. */
final class ResultLines implements TestExecutionListener {

    private final PrintStream results;
    private final PrintStream log;
    private TestPlan plan;
    private boolean failed;

    /**
     * @param results where the lines go
     * @param log where all goes that a failed case threw
     */
    ResultLines(PrintStream results, PrintStream log) {
        this.results = results;
        this.log = log;
    }

    boolean failed() {
        return failed;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        boolean success = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (success && !identifier.isTest()) {
            return;
        }
        failed |= result.getStatus() == TestExecutionResult.Status.FAILED;
        result.getThrowable().filter(_ -> failed).ifPresent(thrown -> thrown.printStackTrace(log));
        results.println(word(result.getStatus()) + " " + name(identifier)
                + result.getThrowable().map(ResultLines::reason).orElse(""));
        results.flush();
    }

    private static String word(TestExecutionResult.Status status) {
        return switch (status) {
            case SUCCESSFUL -> "passed";
            case ABORTED -> "absent";
            case FAILED -> "failed";
        };
    }

    private static String reason(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage()).replaceFirst("^Assumption failed: ", "");
        return ": " + text.strip().replaceAll("\\s*\\R\\s*", " | ");
    }

    private String name(TestIdentifier identifier) {
        Deque<String> names = new ArrayDeque<>();
        Optional<TestIdentifier> current = Optional.of(identifier);
        while (current.isPresent() && current.get().getParentId().isPresent()) {
            names.push(current.get().getDisplayName());
            current = plan.getParent(current.get());
        }
        return String.join(".", names);
    }
}
