package org.pinion.runtime;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;

/** Pinion that stays up until somebody stops it: from the console, by Ctrl-C or by SIGTERM. */
final class Resident {

    private static final String USAGE = """
            Usage: pinion run [--host FILE] [--emulate RELEASE]
            Starts Pinion and stays up, with a console on the terminal ('help' lists its commands, 'exit 0' ends).
            Bundles dropped into %s are installed, updated and removed while it runs;
            configurations (*.cfg) are read from %s. What must be remembered is kept in
            %s (PINION_STATE names another directory).
              --host FILE         emulate the host that FILE describes, even where the machine has an IOMMU
              --emulate RELEASE   emulate a kernel with the interface of that release: 7.3 or 6.12""";

    private final Installation installation;
    private final KernelChoice kernel;
    private final InterruptGuard guard;

    Resident(Installation installation, KernelChoice kernel, InterruptGuard guard) {
        this.installation = installation;
        this.kernel = kernel;
        this.guard = guard;
    }

    /** Stays up; says the exit code when Pinion was stopped. */
    int run(List<String> arguments) throws IOException, LaunchException {
        if (asksForHelp(arguments)) {
            System.out.println(USAGE.formatted(
                    installation.bundles(Layer.PLUGINS), installation.home().resolve("etc"), installation.state()));
            return 0;
        }
        Path storage = Files.createDirectories(installation.state().resolve("framework"));
        try (RunningFramework framework = guard.stopping(RunningFramework.init(settings(storage)))) {
            start(framework);
            framework.awaitStop();
            return 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return LaunchException.FAILED;
        }
    }

    private static boolean asksForHelp(List<String> arguments) throws LaunchException {
        if (arguments.isEmpty()) {
            return false;
        }
        if (List.of("--help", "-h").contains(arguments.getFirst())) {
            return true;
        }
        throw LaunchException.usage("run: unknown argument '" + arguments.getFirst() + "'; see pinion run --help");
    }

    private Map<String, String> settings(Path storage) throws IOException {
        Files.createDirectories(installation.bundles(Layer.PLUGINS));
        Map<String, String> settings = FrameworkSettings.of(installation, kernel, storage, Layer.PLUGINS);
        // Without a terminal the end of the input must not end Pinion, and nobody reads a greeting.
        settings.put("gosh.args", onTerminal() ? "" : "--quiet --noshutdown");
        return settings;
    }

    private void start(RunningFramework framework) throws IOException, LaunchException, InterruptedException {
        new ShippedBundles(installation, framework.context())
                .install(List.of(Layer.PLATFORM, Layer.FILES, Layer.PINION, Layer.CONSOLE));
        framework.start();
        framework.failures().forEach((bundle, failure) ->
                System.err.println("pinion: warning: " + Messages.ofStart(bundle, failure)));
        long active = framework.bundles().stream()
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .count();
        System.out.println("pinion: up with the " + kernel.type() + " kernel (" + kernel.reason() + "), " + active
                + " bundles active, plugins from " + installation.bundles(Layer.PLUGINS));
        framework.startLayer(Layer.CONSOLE);
    }

    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
