package org.pinion.runtime;

import java.io.IOException;

/** The {@code pinion} process: exit code 0 if all went well, 1 if not, 2 if the command line is wrong. */
public final class Main {

    private Main() {}

    /**
     * Starts Pinion and ends the process.
     *
     * @param arguments the command line; {@code run} and {@code --host} are the launcher's, all else the command's
     */
    public static void main(String[] arguments) {
        System.exit(launch(arguments));
    }

    private static int launch(String[] arguments) {
        try {
            Invocation invocation = Invocation.parse(arguments);
            Installation installation = Installation.here();
            Logging.configure(installation);
            KernelChoice kernel = invocation.aboutTheMachine()
                    ? KernelChoice.ofTheMachine(invocation.host())
                    : KernelChoice.of(invocation.host(), KernelChoice.NATIVE_FILES);
            return invocation.run()
                    ? new Resident(installation, kernel).run(invocation.arguments())
                    : new OneShot(installation, kernel).run(invocation.arguments());
        } catch (LaunchException failure) {
            System.err.println("pinion: " + failure.getMessage());
            return failure.exitCode();
        } catch (IOException failure) {
            System.err.println("pinion: " + Messages.of(failure));
            return LaunchException.FAILED;
        }
    }
}
