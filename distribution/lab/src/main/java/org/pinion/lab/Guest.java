package org.pinion.lab;

import java.nio.file.Path;

/**
 * The machine that the tests run in.
 *
 * @param iommu its IOMMU: {@code intel}, {@code amd} or {@code virtio}
 * @param mdev the address of its mediated device
 * @param home the assembled distribution
 * @param captures the shipped captures
 */
record Guest(String iommu, String mdev, Path home, Path captures) {

    /** The first {@code edu}, alone in its group. */
    static final String EDU = "0000:00:10.0";

    /** The second {@code edu}, alone in its group. */
    static final String SECOND_EDU = "0000:00:11.0";

    /** A third {@code edu}, which shares its group with {@link #HOST_DEVICE}. */
    static final String EDU_WITH_NEIGHBOUR = "0000:00:14.0";

    /** An {@code ivshmem}, whose BAR 2 is 16 MiB of memory. */
    static final String IVSHMEM = "0000:00:12.0";

    /** A device that a driver of the host has. */
    static final String HOST_DEVICE = "0000:00:14.1";

    /** Whether interrupts of devices are isolated, so that VFIO takes them without being told that it may. */
    boolean isolatesInterrupts() {
        return iommu.equals("intel");
    }

    /** Whether a DMA that the IOMMU stops is in the kernel's log: QEMU's AMD IOMMU does not tell the kernel. */
    boolean reportsFaults() {
        return !iommu.equals("amd");
    }

    /** Whether the kernel keeps the IOMMU's page tables; those of a virtio IOMMU are kept by QEMU. */
    boolean keepsPageTables() {
        return !iommu.equals("virtio");
    }
}
