package org.pinion.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;

/** Runs one command in a framework of its own that leaves nothing behind. */
final class OneShot {

    private static final String WATCHED_DIRECTORIES = "felix.fileinstall.dir";
    private static final String SCRATCH_DIRECTORY = "felix.fileinstall.tmpdir";

    private final Installation installation;
    private final KernelChoice kernel;
    private final InterruptGuard guard;

    OneShot(Installation installation, KernelChoice kernel, InterruptGuard guard) {
        this.installation = installation;
        this.kernel = kernel;
        this.guard = guard;
    }

    /** Runs the command and says its exit code. */
    int run(List<String> arguments) throws IOException, LaunchException {
        try (TemporaryStorage storage = new TemporaryStorage();
                RunningFramework framework = guard.stopping(RunningFramework.init(settings(storage)))) {
            new ShippedBundles(installation, framework.context()).install(layers());
            framework.start();
            refuseToGoOnWithout(framework.failures());
            return new Command(framework).call(arguments);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return LaunchException.FAILED;
        }
    }

    private Map<String, String> settings(TemporaryStorage storage) throws IOException {
        Map<String, String> settings =
                FrameworkSettings.of(installation, kernel, storage.directory(), Layer.PLUGINS);
        settings.put(WATCHED_DIRECTORIES, installation.home().resolve("etc").toString());
        settings.put(SCRATCH_DIRECTORY, storage.directory().resolve("fileinstall").toString());
        return settings;
    }

    // FileInstall takes its time to start, and is there for the configurations alone.
    private List<Layer> layers() throws IOException {
        List<Layer> layers = new ArrayList<>(List.of(Layer.PLATFORM, Layer.PINION, Layer.PLUGINS));
        try (DirectoryStream<Path> configurations =
                Files.newDirectoryStream(installation.home().resolve("etc"), "*.{cfg,config}")) {
            if (configurations.iterator().hasNext()) {
                layers.add(Layer.FILES);
            }
        }
        return layers;
    }

    // A plugin may be sick; the rest of Pinion works without it.
    private void refuseToGoOnWithout(Map<Bundle, ? extends Exception> failures) throws LaunchException {
        String plugins = installation.bundles(Layer.PLUGINS).toString();
        for (Map.Entry<Bundle, ? extends Exception> failure : failures.entrySet()) {
            String message = Messages.ofStart(failure.getKey(), failure.getValue());
            if (!failure.getKey().getLocation().contains(plugins)) {
                throw LaunchException.failed(message);
            }
            System.err.println("pinion: warning: " + message);
        }
    }
}
