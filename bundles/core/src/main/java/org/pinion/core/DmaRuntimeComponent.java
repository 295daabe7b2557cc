package org.pinion.core;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PluginInfo;

/** What is going on. */
@Component
public final class DmaRuntimeComponent implements DmaRuntime {

    private final Microkernel core;

    /**
     * @param core what holds the spaces and the plugins
     */
    @Activate
    public DmaRuntimeComponent(@Reference Microkernel core) {
        this.core = core;
    }

    @Override
    public List<SpaceSnapshot> spaces() {
        return core.spaces().snapshots();
    }

    @Override
    public List<PluginInfo> plugins() {
        return core.registry().plugins();
    }

    @Override
    public String kernel() {
        return core.registry().kernel();
    }

    @Override
    public int release(String name) {
        return core.registry().release(name);
    }
}
