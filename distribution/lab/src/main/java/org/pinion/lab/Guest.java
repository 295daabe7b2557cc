package org.pinion.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * The machine that the tests run in.
 *
 * @param iommu its IOMMU: {@code intel}, {@code amd} or {@code virtio}
 * @param mdev the address of its mediated device
 * @param home the assembled distribution
 * @param captures the shipped captures
 */
record Guest(String iommu, String mdev, Path home, Path captures) {

    /** An {@code nvme} with MSI-X, a reset of its own, and 1 MiB of memory in BAR 2. */
    static final String NVME = "0000:00:13.0";

    /** Another {@code nvme}, on a bus that can be reset. */
    static final String NVME_ON_BUS = "0000:01:00.0";

    /** A fourth {@code edu}, on the bus and in the group of {@link #NVME_ON_BUS}. */
    static final String EDU_ON_BUS = "0000:01:00.1";

    /** The first {@code edu}, alone in its group. */
    static final String EDU = "0000:00:10.0";

    /** The second {@code edu}, alone in its group. */
    static final String SECOND_EDU = "0000:00:11.0";

    /** The {@code ivshmem}. */
    static final String SHARED_MEMORY = "0000:00:12.0";

    /** The BAR in which it shows its memory. */
    static final int SHARED_MEMORY_BAR = 2;

    /** A third {@code edu}, which shares its group with {@link #HOST_DEVICE}. */
    static final String EDU_WITH_NEIGHBOUR = "0000:00:14.0";

    /** The PCI functions that attach as the guest is. */
    static final List<String> READY = List.of(EDU, SECOND_EDU, SHARED_MEMORY, NVME, NVME_ON_BUS, EDU_ON_BUS);

    /** A device that a driver of the host has. */
    static final String HOST_DEVICE = "0000:00:14.1";

    /** Whether a DMA that the IOMMU stops is in the kernel's log: QEMU's AMD IOMMU does not tell the kernel. */
    boolean reportsFaults() {
        return !iommu.equals("amd");
    }

    /** Whether the kernel keeps the IOMMU's page tables; those of a virtio IOMMU are kept by QEMU. */
    boolean keepsPageTables() {
        return !iommu.equals("virtio");
    }

    /** Whether page tables have an aperture before a device is attached: those of a virtio IOMMU not up to 6.12. */
    boolean knowsAperturesBeforehand() {
        return !iommu.equals("virtio") || !System.getProperty("os.version").startsWith("6.12.");
    }
}
