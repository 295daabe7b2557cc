package org.pinion.shell.dma;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DmaEngine;

/** Lets the attached devices move bytes through their mappings, and looks whether the right bytes arrived. */
public final class DmaCheck {

    private final StandInMemory memory;
    private final SpaceSnapshot space;
    private final Duration deadline;

    /**
     * @param memory the memory that is mapped
     * @param space the space with its devices attached
     * @param deadline how long one transfer may take
     */
    public DmaCheck(StandInMemory memory, SpaceSnapshot space, Duration deadline) {
        this.memory = memory;
        this.space = space;
        this.deadline = deadline;
    }

    /**
     * Checks one device after the other. The memory's content is the same afterwards.
     *
     * @param devices the attached devices, in any order
     * @return the results, sorted by the devices' addresses
     * @throws IommuException if a device's configuration space cannot be read or written
     */
    public List<DmaResult> of(List<AttachedDevice> devices) throws IommuException {
        List<AttachedDevice> sorted = devices.stream()
                .sorted(Comparator.comparing(device -> device.device().address()))
                .toList();
        ReachableBytes reachable = new ReachableBytes(memory, space.table(), sorted);
        List<DmaResult> results = new ArrayList<>();
        for (AttachedDevice device : sorted) {
            results.add(check(device, reachable));
        }
        return results;
    }

    private DmaResult check(AttachedDevice device, ReachableBytes reachable) throws IommuException {
        String address = device.device().address();
        Optional<DmaEngine> own = device.dmaEngine(deadline);
        if (own.isPresent()) {
            return check(device, reachable, own.get());
        }
        if (!PciIdentity.isOnPci(address)) {
            return new DmaResult.NotDriven(address, device.device().description());
        }
        PciIdentity identity = PciIdentity.of(device);
        return identity.equals(EduDriver.EDU)
                ? check(device, reachable, new EduDriver(device, deadline))
                : new DmaResult.NotDriven(address, identity.toString());
    }

    private DmaResult check(AttachedDevice device, ReachableBytes reachable, DmaEngine engine) throws IommuException {
        try (engine) {
            return new DeviceCheck(reachable, space, device, engine).run();
        }
    }
}
