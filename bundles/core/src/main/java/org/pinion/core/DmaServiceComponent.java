package org.pinion.core;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.plugin.PluginKind;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.source.MemorySource;

/** The way in. It holds nothing of its own: it may come and go with those who use it. */
@Component
public final class DmaServiceComponent implements DmaService {

    private final Microkernel core;

    /**
     * @param core what holds the spaces and the plugins
     */
    @Activate
    public DmaServiceComponent(@Reference Microkernel core) {
        this.core = core;
    }

    @Override
    public AddressSpace open(SpaceOptions options) throws IommuException {
        return core.spaces().open(options);
    }

    @Override
    public List<AddressSpace> spaces() {
        return List.copyOf(core.spaces().all());
    }

    @Override
    public Optional<AddressSpace> space(String name) {
        return core.spaces().find(name);
    }

    @Override
    public void adopt(String space) throws IommuException {
        core.spaces().backends().adopt(space);
    }

    @Override
    public CommitReport move(String space, String backend) throws IommuException {
        return core.spaces().backends().move(space, backend);
    }

    @Override
    public List<HostDevice> devices(String backend) throws IommuException {
        String operation = "list the devices of '" + backend + "'";
        Plugin plugin = core.registry().require(PluginKind.BACKEND, backend, operation);
        List<HostDevice> devices =
                core.calls().ask("devices", operation, plugin, () -> ((IommuBackend) plugin.service()).devices());
        return devices.stream()
                .sorted(Comparator.comparing(HostDevice::address))
                .toList();
    }

    @Override
    public FlatView read(String source, Map<String, String> settings) throws IommuException {
        return ask("read", source, settings, MemorySource::read);
    }

    @Override
    public List<FlatView> history(String source, Map<String, String> settings) throws IommuException {
        return List.copyOf(ask("history", source, settings, MemorySource::history));
    }

    /** What a source is asked. */
    private interface Question<T> {
        T ask(MemorySource source, Map<String, String> settings) throws IommuException;
    }

    private <T> T ask(String asked, String source, Map<String, String> settings, Question<T> question)
            throws IommuException {
        String operation = "read a flat view from '" + source + "'";
        Plugin plugin = core.registry().require(PluginKind.SOURCE, source, operation);
        Map<String, String> copy = Map.copyOf(settings);
        MemorySource service = (MemorySource) plugin.service();
        return core.calls().ask(
                asked, operation, plugin, core.settings().sourceBudget(), () -> question.ask(service, copy));
    }
}
