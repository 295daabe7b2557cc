package org.pinion.shell.gogo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.shell.dma.StandInMemory;
import org.pinion.shell.report.Changes;
import org.pinion.shell.report.Sizes;

/**
 * The commands that open, change and close address spaces. Immediate, since Gogo lets go of a command after every call:
 * a delayed component would end then, and with it the memory of the spaces.
 */
@Component(
        immediate = true,
        service = ChangeCommands.class,
        property = {
            "osgi.command.scope=dma",
            "osgi.command.function=open",
            "osgi.command.function=load",
            "osgi.command.function=attach",
            "osgi.command.function=detach",
            "osgi.command.function=close"
        })
public final class ChangeCommands {

    private static final String LASTING = "--lasting";

    private final DmaService dma;
    private final OpenSpaces open;
    private final Map<String, StandInMemory> loaded = new ConcurrentHashMap<>();

    // Only 'load' needs memory, and memory needs a kernel.
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile HostMemoryAllocator memory;

    /**
     * @param dma opens spaces, reads flat views
     */
    @Activate
    public ChangeCommands(@Reference(name = "dma") DmaService dma) {
        this.dma = dma;
        this.open = new OpenSpaces(dma);
    }

    /**
     * @param space the new space's name
     * @param backendAndPolicies the backend's name, then policies; {@value #LASTING} among them for one that outlives
     *     the process
     * @return what was opened
     * @throws IommuException if the space cannot be opened
     */
    public String open(String space, String... backendAndPolicies) throws IommuException {
        List<String> words = new ArrayList<>(Arrays.asList(backendAndPolicies));
        boolean lasting = words.removeIf(LASTING::equals);
        String backend = words.isEmpty() ? Defaults.BACKEND : words.getFirst();
        List<String> named = words.stream().skip(1).toList();
        SpaceOptions options =
                new SpaceOptions(space, backend, named.isEmpty() ? List.of(Defaults.POLICY) : named, lasting);
        dma.open(options);
        return "opened %s on %s, policy %s%s".formatted(
                space, backend, String.join("+", options.policies()), lasting ? ", to outlive this process" : "");
    }

    /**
     * Shows a guest's flat view in a space, on memory of this process.
     *
     * @param space the space's name
     * @param mtree a file with the output of QEMU's {@code info mtree -f}
     * @param memoryDevices a file with the answer to QMP's {@code query-memory-devices}, if there is one
     * @return what was done to the mappings
     * @throws IommuException if the file cannot be read or the view not be mapped; then the space is as it was
     */
    public String load(String space, String mtree, String... memoryDevices) throws IommuException {
        AddressSpace target = open.find(space);
        FlatView guest = dma.read(
                "qemu",
                memoryDevices.length == 0
                        ? Map.of("mtree", mtree)
                        : Map.of("mtree", mtree, "memory-devices", memoryDevices[0]));
        StandInMemory fresh = StandInMemory.under(guest, Optional.ofNullable(memory));
        try {
            CommitReport report = target.commit(fresh.view());
            free(loaded.put(space, fresh));
            return "loaded " + guest + ": " + Changes.of(report);
        } catch (IommuException | RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    /**
     * @param device the device's address
     * @param space a space's name, if more than one is open
     * @return what the space maps now
     * @throws IommuException if the device cannot be attached; then nothing was changed
     */
    public String attach(String device, String... space) throws IommuException {
        AddressSpace target = open.choose(space);
        target.attach(device);
        return "attached %s to %s, which maps %s".formatted(
                device, target.options().name(), Sizes.of(target.snapshot().ledger().mappedBytes()));
    }

    /**
     * @param device the device's address
     * @param space a space's name, if more than one is open
     * @return what was done to the mappings
     * @throws IommuException if the device is not attached or the kernel refuses
     */
    public String detach(String device, String... space) throws IommuException {
        return "detached " + device + ": " + Changes.of(open.choose(space).detach(device));
    }

    /**
     * @param space the space's name
     * @return that it is closed
     * @throws IommuException if the kernel did not take something back; the space is closed all the same
     */
    public String close(String space) throws IommuException {
        try {
            open.find(space).close();
        } finally {
            free(loaded.remove(space));
        }
        return "closed " + space;
    }

    /** Closes the spaces that show memory of this bundle, since the memory goes with it; but not what is to last. */
    @Deactivate
    void closeLoaded() throws IommuException {
        IommuException first = null;
        loaded.keySet().removeIf(space ->
                dma.space(space).filter(found -> found.options().lasting()).isPresent());
        for (Map.Entry<String, StandInMemory> entry : loaded.entrySet()) {
            try (StandInMemory _ = entry.getValue()) {
                closeIfOpen(entry.getKey());
            } catch (IommuException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        loaded.clear();
        if (first != null) {
            throw first;
        }
    }

    private void closeIfOpen(String space) throws IommuException {
        Optional<AddressSpace> found = dma.space(space);
        if (found.isPresent()) {
            found.get().close();
        }
    }

    private static void free(StandInMemory memory) {
        if (memory != null) {
            memory.close();
        }
    }
}
