package org.pinion.runtime;

import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/** A command, a service: arguments in, exit code out. It is {@code pinion} unless a system property names another. */
final class Command {

    /** The service property that holds a command's name, and the system property that chooses one. */
    static final String NAME_PROPERTY = "org.pinion.command";

    private static final String SHIPPED = "pinion";
    private static final String NAME = "[A-Za-z0-9._-]+";

    /** Components come up while their bundles start, so that waiting for longer would only delay the diagnosis. */
    private static final long WAIT_MILLIS = 5_000;

    private final RunningFramework framework;
    private final Filter filter;

    Command(RunningFramework framework) throws LaunchException {
        this.framework = framework;
        this.filter = filter(System.getProperty(NAME_PROPERTY, SHIPPED));
    }

    int call(List<String> arguments) throws InterruptedException, LaunchException {
        BundleContext context = framework.context();
        ServiceTracker<ToIntFunction<String[]>, ToIntFunction<String[]>> tracker =
                new ServiceTracker<>(context, filter, null);
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

    static Filter filter(String name) throws LaunchException {
        if (!name.matches(NAME)) {
            throw LaunchException.usage(NAME_PROPERTY + " is '" + name + "', which is not the name of a command");
        }
        try {
            return FrameworkUtil.createFilter(
                    "(&(objectClass=" + ToIntFunction.class.getName() + ")(" + NAME_PROPERTY + "=" + name + "))");
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
