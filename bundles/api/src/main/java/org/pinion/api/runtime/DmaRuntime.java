package org.pinion.api.runtime;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.pinion.api.SpaceSnapshot;

/**
 * What is going on, an OSGi service. Methods never wait, unless they say otherwise, and may be called from any thread.
 */
@ProviderType
public interface DmaRuntime {

    /** {@return every open space as it is now, sorted by name} */
    List<SpaceSnapshot> spaces();

    /** {@return every plugin that is there, sorted by kind and name} */
    List<PluginInfo> plugins();

    /**
     * Which kernel the backends talk to.
     *
     * @return {@code native}, {@code emulated}, or empty if no backend is there
     */
    String kernel();

    /**
     * Gives plugins in quarantine another chance: each is tried out as if it had just arrived, and whether it is used
     * shows in {@link #plugins}. Its next failures count from the first. Waits for a backend that has spaces to adopt.
     *
     * @param name the plugins' name, of whatever kind
     * @return how many were in quarantine and are tried out again
     */
    default int release(String name) {
        return 0;
    }
}
