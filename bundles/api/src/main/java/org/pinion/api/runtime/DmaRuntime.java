package org.pinion.api.runtime;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.pinion.api.SpaceSnapshot;

/** What is going on, an OSGi service. Methods never wait and may be called from any thread. */
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
}
