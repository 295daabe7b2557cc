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

    /** Whether interrupts of devices are isolated, so that VFIO takes them without being told that it may. */
    boolean isolatesInterrupts() {
        return iommu.equals("intel");
    }
}
