package org.pinion.emulator.host;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The emulated machine.
 *
 * @param kernel which kernel it runs, for people
 * @param release which of the kernel's interfaces it has
 * @param memlock RLIMIT_MEMLOCK, bytes; empty if unlimited
 * @param ipcLock whether the process has CAP_IPC_LOCK: pinned pages are then not held against the limit
 * @param sysResource whether the process has CAP_SYS_RESOURCE: it may then choose how pinned pages are charged
 * @param devices its devices, no address twice
 */
public record Host(String kernel, KernelRelease release, OptionalLong memlock, boolean ipcLock, boolean sysResource,
        List<HostDevice> devices) {

    /** Checks that nothing is null. */
    public Host {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(release, "release");
        Objects.requireNonNull(memlock, "memlock");
        devices = List.copyOf(devices);
    }
}
