package org.pinion.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The {@code pinion} process: exit code 0 if all went well, 1 if not, 2 if the command line is wrong. */
public final class Main {

    private static final String KEEP = "keep";

    private Main() {}

    /**
     * Starts Pinion and ends the process.
     *
     * @param arguments the command line; {@code run}, {@code keep}, {@code --host} and {@code --emulate} are the
     *     launcher's, the rest is the command's
     */
    public static void main(String[] arguments) {
        System.exit(launch(arguments));
    }

    private static int launch(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(KEEP)) {
            return keep(List.of(arguments).subList(1, arguments.length));
        }
        try (InterruptGuard guard = new InterruptGuard()) {
            return launch(arguments, guard);
        }
    }

    private static int launch(String[] arguments, InterruptGuard guard) {
        try {
            Invocation invocation = Invocation.parse(arguments);
            Installation installation = Installation.here();
            Logging.configure(installation);
            KernelChoice kernel = kernel(invocation, installation);
            return invocation.run()
                    ? new Resident(installation, kernel, guard).run(invocation.arguments())
                    : new OneShot(installation, kernel, guard).run(invocation.arguments());
        } catch (LaunchException | IOException | RuntimeException failure) {
            if (!guard.ending()) {
                return failed(failure);
            }
            return LaunchException.FAILED;
        }
    }

    private static int keep(List<String> arguments) {
        try {
            return new Keep().run(arguments);
        } catch (LaunchException | IOException failure) {
            return failed(failure);
        }
    }

    private static KernelChoice kernel(Invocation invocation, Installation installation)
            throws IOException, LaunchException {
        if (invocation.aboutTheMachine()) {
            return KernelChoice.ofTheMachine(invocation.emulation());
        }
        Optional<String> named = FrameworkSettings.kernel(installation);
        return named.isPresent() && !invocation.emulation().asked()
                ? KernelChoice.named(named.get(), invocation.emulation())
                : KernelChoice.of(invocation.emulation(), KernelChoice.NATIVE_FILES, KernelChoice.DRIVERS);
    }

    private static int failed(Exception failure) {
        return switch (failure) {
            case RuntimeException mistake -> throw mistake;
            case LaunchException known -> {
                System.err.println("pinion: " + known.getMessage());
                yield known.exitCode();
            }
            default -> {
                System.err.println("pinion: " + Messages.of(failure));
                yield LaunchException.FAILED;
            }
        };
    }
}
