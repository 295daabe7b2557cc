package org.pinion.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

/**
 * A bundle of the distribution that is updated where it is, with its own jar.
 *
 * @param bundle the bundle
 * @param jar what it is installed from
 */
record UpdatedBundle(Bundle bundle, Path jar) {

    static UpdatedBundle of(Lab lab, String name) throws IOException {
        Bundle bundle = Stream.of(FrameworkUtil.getBundle(UpdatedBundle.class).getBundleContext().getBundles())
                .filter(installed -> installed.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no bundle " + name));
        try (Stream<Path> files = Files.walk(lab.guest().home())) {
            return files.filter(file -> file.getFileName().toString().matches("\\Q" + name + "\\E-[0-9].*\\.jar"))
                    .findFirst()
                    .map(jar -> new UpdatedBundle(bundle, jar))
                    .orElseThrow(() -> new AssertionError("there is no jar of " + name));
        }
    }

    /** Updates it, whatever comes of that. */
    void update() throws IOException, BundleException {
        try (InputStream again = Files.newInputStream(jar)) {
            bundle.update(again);
        }
    }

    /** Updates it, and waits until the test's space has its backend. */
    void update(Lab lab) throws Exception {
        update();
        Expect.soon("the space has no backend", () -> lab.dma().space("lab")
                .filter(space -> space.snapshot().backendAway().isEmpty())
                .isPresent());
    }

    /** Lets it choose its services anew. */
    void restart() throws BundleException {
        bundle.stop(Bundle.STOP_TRANSIENT);
        bundle.start(Bundle.START_TRANSIENT);
    }
}
