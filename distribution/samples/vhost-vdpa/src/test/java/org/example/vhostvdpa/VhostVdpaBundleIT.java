package org.example.vhostvdpa;

import java.nio.file.Path;
import org.pinion.testkit.BundleContract;

/** What the jar of every plugin must keep. */
class VhostVdpaBundleIT extends BundleContract {

    @Override
    protected Path bundle() {
        return Path.of("target/org.example.vhostvdpa-1.0.0.jar");
    }
}
