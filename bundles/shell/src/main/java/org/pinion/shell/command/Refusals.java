package org.pinion.shell.command;

import java.io.PrintWriter;
import org.pinion.api.Decision;
import org.pinion.api.Plan;

/** The refusals of a plan, for the standard error. */
final class Refusals {

    private Refusals() {}

    /** Prints a line for each refusal and returns the exit code. */
    static int print(Plan plan, PrintWriter err) {
        plan.refusals().forEach(refusal -> err.println("pinion: refused: " + line(refusal)));
        return plan.refusals().isEmpty() ? 0 : Failures.FAILED;
    }

    private static String line(Decision refusal) {
        return refusal.range() + " of '" + refusal.section().name() + "': " + refusal.reason() + " [" + refusal.rule()
                + "]" + (refusal.remedy().isEmpty() ? "" : "; remedy: " + refusal.remedy());
    }
}
