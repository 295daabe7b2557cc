package org.pinion.runtime;

import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/** The {@code pinion} command, a service: arguments in, exit code out. */
final class Command {

    private static final String FILTER =
            "(&(objectClass=" + ToIntFunction.class.getName() + ")(org.pinion.command=pinion))";

    /** Components come up while their bundles start, so that waiting for longer would only delay the diagnosis. */
    private static final long WAIT_MILLIS = 5_000;

    private final RunningFramework framework;

    Command(RunningFramework framework) {
        this.framework = framework;
    }

    int call(List<String> arguments) throws InterruptedException, LaunchException {
        BundleContext context = framework.context();
        ServiceTracker<ToIntFunction<String[]>, ToIntFunction<String[]>> tracker =
                new ServiceTracker<>(context, filter(context), null);
        tracker.open();
        try {
            ToIntFunction<String[]> command = tracker.waitForService(WAIT_MILLIS);
            if (command == null) {
                throw LaunchException.failed(Diagnosis.of(framework));
            }
            return command.applyAsInt(arguments.toArray(String[]::new));
        } finally {
            tracker.close();
        }
    }

    private static Filter filter(BundleContext context) {
        try {
            return context.createFilter(FILTER);
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
