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
 * @param dmaEntryLimit how many mappings a container may have (dma_entry_limit of vfio_iommu_type1)
 * @param mockDevices whether the kernel was built with CONFIG_IOMMUFD_TEST: an iommufd then makes devices for tests
 * @param iommuDriver which driver its IOMMUs have
 * @param devices its devices, no address twice
 */
public record Host(String kernel, KernelRelease release, OptionalLong memlock, boolean ipcLock, boolean sysResource,
        int dmaEntryLimit, boolean mockDevices, IommuDriver iommuDriver, List<HostDevice> devices) {

    /** What {@code dma_entry_limit} is unless the administrator sets it. */
    static final int DEFAULT_DMA_ENTRY_LIMIT = 65535;

    /** Checks that nothing is null. */
    public Host {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(release, "release");
        Objects.requireNonNull(memlock, "memlock");
        Objects.requireNonNull(iommuDriver, "iommuDriver");
        devices = List.copyOf(devices);
    }

    /**
     * A machine with Intel's IOMMUs, without mock devices.
     *
     * @param kernel which kernel it runs, for people
     * @param release which of the kernel's interfaces it has
     * @param memlock RLIMIT_MEMLOCK, bytes; empty if unlimited
     * @param ipcLock whether the process has CAP_IPC_LOCK
     * @param sysResource whether the process has CAP_SYS_RESOURCE
     * @param dmaEntryLimit how many mappings a container may have
     * @param devices its devices, no address twice
     */
    public Host(String kernel, KernelRelease release, OptionalLong memlock, boolean ipcLock, boolean sysResource,
            int dmaEntryLimit, List<HostDevice> devices) {
        this(kernel, release, memlock, ipcLock, sysResource, dmaEntryLimit, false, IommuDriver.INTEL, devices);
    }

    /**
     * The same, whose containers may have as many mappings as they may by default.
     *
     * @param kernel which kernel it runs, for people
     * @param memlock RLIMIT_MEMLOCK, bytes; empty if unlimited
     * @param ipcLock whether the process has CAP_IPC_LOCK
     * @param sysResource whether the process has CAP_SYS_RESOURCE
     * @param devices its devices, no address twice
     */
    public Host(String kernel, OptionalLong memlock, boolean ipcLock, boolean sysResource, List<HostDevice> devices) {
        this(kernel, KernelRelease.LINUX_7_3, memlock, ipcLock, sysResource, DEFAULT_DMA_ENTRY_LIMIT, devices);
    }

    /**
     * @param group a group's number
     * @return the devices in it
     */
    public List<HostDevice> devicesOf(int group) {
        return devices.stream().filter(device -> device.group() == group).toList();
    }
}
