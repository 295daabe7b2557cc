package org.pinion.shell.gogo;

import java.util.List;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaService;
import org.pinion.api.IommuException;
import org.pinion.api.Pending;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.shell.report.Changes;
import org.pinion.shell.report.PendingList;

/** The commands that decide on what follows from plugins that come and go, and on which backend has a space. */
@Component(
        service = SwapCommands.class,
        property = {
            "osgi.command.scope=dma",
            "osgi.command.function=pending",
            "osgi.command.function=accept",
            "osgi.command.function=discard",
            "osgi.command.function=adopt",
            "osgi.command.function=move",
            "osgi.command.function=release"
        })
public final class SwapCommands {

    private final DmaService dma;
    private final DmaRuntime runtime;
    private final OpenSpaces open;

    /**
     * @param dma knows spaces
     * @param runtime says what is pending
     */
    @Activate
    public SwapCommands(@Reference(name = "dma") DmaService dma, @Reference(name = "runtime") DmaRuntime runtime) {
        this.dma = dma;
        this.runtime = runtime;
        this.open = new OpenSpaces(dma);
    }

    /** {@return what somebody must decide, and which spaces have no backend} */
    public String pending() {
        String list = PendingList.text(runtime.spaces()).stripTrailing();
        return list.isEmpty() ? "nothing is pending" : list;
    }

    /**
     * @param space a space's name, if only one has something pending it may be left out
     * @return what was done to the mappings
     * @throws IommuException if nothing is pending, or it is refused by now
     */
    public String accept(String... space) throws IommuException {
        CommitReport report = choose(space).acceptPending();
        return "accepted: " + Changes.of(report);
    }

    /**
     * @param space a space's name, if only one has something pending it may be left out
     * @return what is not done
     * @throws IommuException if nothing is pending
     */
    public String discard(String... space) throws IommuException {
        AddressSpace chosen = choose(space);
        String cause = chosen.snapshot().pending().map(Pending::cause).orElse("");
        chosen.discardPending();
        return cause.isEmpty() ? "nothing was pending" : "'%s' leaves everything as it is".formatted(cause);
    }

    /**
     * @param space a space's name
     * @return who has it now
     * @throws IommuException if the backend does not go on
     */
    public String adopt(String space) throws IommuException {
        dma.adopt(space);
        return "backend %s has %s".formatted(open.find(space).options().backend(), space);
    }

    /**
     * @param space a space's name
     * @param backend the other backend's name
     * @return what was done to the mappings
     * @throws IommuException if the space stays where it is
     */
    public String move(String space, String backend) throws IommuException {
        CommitReport report = dma.move(space, backend);
        return "backend %s has %s: %s".formatted(backend, space, Changes.of(report));
    }

    /**
     * @param plugin a plugin's name
     * @return what becomes of it
     * @throws IommuException if no plugin of the name is in quarantine
     */
    public String release(String plugin) throws IommuException {
        if (runtime.release(plugin) == 0) {
            throw new IommuException(
                    "release '" + plugin + "'", "no plugin of that name is in quarantine", "dma:plugins lists them");
        }
        return "'%s' is tried out again: see dma:plugins".formatted(plugin);
    }

    private AddressSpace choose(String... space) throws IommuException {
        List<AddressSpace> pending = dma.spaces().stream()
                .filter(each -> each.snapshot().pending().isPresent())
                .toList();
        if (space.length > 0 || pending.isEmpty()) {
            return open.choose(space);
        }
        if (pending.size() > 1) {
            throw new IommuException(
                    "choose an address space",
                    "something is pending in " + pending.stream()
                            .map(each -> each.options().name())
                            .collect(Collectors.joining(", ")),
                    "name one");
        }
        return pending.getFirst();
    }
}
