package org.pinion.spi.holder;

import java.util.List;
import java.util.Objects;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceSnapshot;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.HandOver;

/**
 * An address space without a core: all that the next core needs to go on with it.
 *
 * @param snapshot the space as readers saw it last
 * @param capabilities what its session could do
 * @param handOver what its session had of the kernel
 * @param entries the installed mappings, each as the backend was given it
 * @param doubtful entries of which it is not known what the kernel holds
 * @param devices the attached devices
 */
public record HeldSpace(
        SpaceSnapshot snapshot,
        BackendCapabilities capabilities,
        HandOver handOver,
        List<Mapping> entries,
        List<Mapping> doubtful,
        List<HeldDevice> devices) {

    /**
     * An attached device.
     *
     * @param device which device it is
     * @param limits what it allows, as it was learned at the attach
     * @param installed the state of its memory that the mappings are right for
     */
    public record HeldDevice(HostDevice device, DeviceLimits limits, Decoding installed) {

        /** Checks that nothing is null. */
        public HeldDevice {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(limits, "limits");
            Objects.requireNonNull(installed, "installed");
        }
    }

    /** Checks that nothing is null, and copies the lists. */
    public HeldSpace {
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(capabilities, "capabilities");
        Objects.requireNonNull(handOver, "handOver");
        entries = List.copyOf(entries);
        doubtful = List.copyOf(doubtful);
        devices = List.copyOf(devices);
    }

    /** {@return the space's name} */
    public String name() {
        return snapshot.options().name();
    }
}
