package org.pinion.keeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.pinion.api.IommuException;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.KeptSpace;
import org.pinion.spi.holder.SpaceKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps spaces with whoever starts the process, and finds those of the process before. Immediate: it is the same one
 * when the core, which alone uses it, is replaced.
 */
@Component(immediate = true)
public final class Keeper implements SpaceKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final Kernel kernel;
    private final DescriptorStore store;
    private final Room room;
    private final FormerProcess former;
    private final Map<String, StoredSpace> kept = new HashMap<>();

    /**
     * @param kernel the kernel that has the files
     * @param store keeps files; null if there is none, since the kernel is emulated
     */
    @Activate
    public Keeper(
            @Reference Kernel kernel,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    DescriptorStore store) {
        this.kernel = kernel;
        this.store = store;
        this.room = new Room(store);
        this.former = new FormerProcess(kernel, store, room);
    }

    @Override
    public synchronized KeptSpace keep(String space) throws IommuException {
        Optional<String> obstacle = store == null
                ? Optional.of("the kernel is emulated, and ends with the process")
                : store.obstacle();
        if (obstacle.isPresent()) {
            throw new IommuException("keep address space '" + space + "' beyond this process", obstacle.get(), "");
        }
        kept.values().removeIf(StoredSpace::hasEnded);
        if (!kept.containsKey(space)) {
            kept.put(space, entered(space));
        }
        return kept.get(space);
    }

    /** A keeper before this one may have begun to keep it: the store knows its files. */
    private StoredSpace entered(String space) throws IommuException {
        Map<String, Integer> files = former.files(store.stored()).get(DescriptorStore.name(space));
        try {
            return files == null ? new StoredSpace(kernel, store, room, space) : former.goOn(space, files);
        } catch (DamagedRecordException | ErrnoException unreadable) {
            throw new IommuException("keep address space '" + space + "' beyond this process", null, null,
                    "the service manager has files of that name, and nobody goes on with them: "
                            + unreadable.getMessage(),
                    "start the version of Pinion that wrote them, or take another name", unreadable);
        }
    }

    @Override
    public synchronized List<HeldSpace> take() {
        List<HeldSpace> spaces = new ArrayList<>();
        if (store == null) {
            return spaces;
        }
        former.files(store.inherited()).forEach((name, files) -> read(name, files).ifPresent(space -> {
            kept.put(space.state().name(), space.stored());
            spaces.add(space.state());
        }));
        return spaces;
    }

    private Optional<FormerProcess.Found> read(String name, Map<String, Integer> files) {
        try {
            return Optional.of(former.read(files));
        } catch (DamagedRecordException unreadable) {
            if (unreadable.ofLaterVersion()) {
                LOG.error("address space '{}' of the process before stays as it is, and nobody goes on with it: {}."
                        + " Start the version of Pinion that wrote it, or stop the service to give it up", name,
                        unreadable.getMessage());
            } else {
                LOG.error("address space '{}' of the process before is closed, since its record is damaged: {}", name,
                        unreadable.getMessage());
                giveUp(name, files);
            }
        } catch (IOException | IommuException | IllegalArgumentException unusable) {
            LOG.error("address space '{}' of the process before is closed: {}", name, unusable.getMessage());
            giveUp(name, files);
        }
        return Optional.empty();
    }

    private void giveUp(String name, Map<String, Integer> files) {
        try {
            former.giveUp(files);
        } catch (ErrnoException refused) {
            LOG.error("address space '{}' stays with the service manager: {}", name, refused.getMessage());
        }
    }
}
