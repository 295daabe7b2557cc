package com.example.lowmemory;

import java.nio.file.Path;
import org.pinion.testkit.BundleContract;

class LowMemoryBundleIT extends BundleContract {

    @Override
    protected Path bundle() {
        return Path.of("target/com.example.lowmemory-1.0.0.jar");
    }
}
