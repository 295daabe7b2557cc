package org.pinion.spi.holder;

import java.util.List;
import java.util.Objects;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
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
 * @param memory memory files that were mapped for it and belong to it, since the process that made them has ended
 * @param formerProcess whether all of it comes from a process that has ended, so that the backend still has to charge
 *     this one
 */
public record HeldSpace(
        SpaceSnapshot snapshot,
        BackendCapabilities capabilities,
        HandOver handOver,
        List<Mapping> entries,
        List<Mapping> doubtful,
        List<HeldDevice> devices,
        List<LastingMemory> memory,
        boolean formerProcess) {

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
        memory = List.copyOf(memory);
    }

    /**
     * A space of this process.
     *
     * @param snapshot the space as readers saw it last
     * @param capabilities what its session could do
     * @param handOver what its session had of the kernel
     * @param entries the installed mappings, each as the backend was given it
     * @param doubtful entries of which it is not known what the kernel holds
     * @param devices the attached devices
     */
    public HeldSpace(
            SpaceSnapshot snapshot,
            BackendCapabilities capabilities,
            HandOver handOver,
            List<Mapping> entries,
            List<Mapping> doubtful,
            List<HeldDevice> devices) {
        this(snapshot, capabilities, handOver, entries, doubtful, devices, List.of(), false);
    }

    /**
     * The same with memory.
     *
     * @param files memory files that belong to it
     * @return the space
     */
    public HeldSpace withMemory(List<LastingMemory> files) {
        return new HeldSpace(
                snapshot, capabilities, handOver, entries, doubtful, devices, files, formerProcess);
    }

    /**
     * Gives everything back to the kernel: devices are closed, mappings, pins and memory go.
     *
     * @param operation what is being done
     * @throws IommuException if the kernel did not take something back; everything else was given back
     */
    public void giveBack(String operation) throws IommuException {
        try {
            handOver.giveBack(operation);
        } finally {
            memory.forEach(LastingMemory::close);
        }
    }

    /** {@return the space's name} */
    public String name() {
        return snapshot.options().name();
    }
}
