package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.EDU;
import static org.pinion.emulator.ContainerProcess.V1;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/** What a container and its groups answer before, while and after there is an IOMMU. */
class ContainerOrderTest {

    private static final int UNKNOWN_REQUEST = 0x3bff;
    private static final int NESTING = 6;

    private final ContainerProcess process = ContainerProcess.onLab();
    private final long va = process.memory(4 * PAGE).address();

    @Test
    void withoutAnIommuOnlyTheVersionAndExtensionsAreAnswered() {
        assertThat(process.kernel.ioctl(process.container, VfioType1.GET_API_VERSION, 0L)).isZero();
        assertThat(process.extension(V1)).isEqualTo(1);
        assertThat(process.extension(V2)).isEqualTo(1);
        assertThat(process.extension(VfioType1.UNMAP_ALL_EXTENSION)).isEqualTo(1);
        assertThat(process.extension(VfioType1.UPDATE_VADDR)).isZero();
        assertThat(process.extension(VfioType1.DMA_CC)).isZero();
        assertThat(process.extension(NESTING)).isZero();
        assertThat(errno(process.map(va, PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.kernel.ioctl(process.container, UNKNOWN_REQUEST, 0L))).isEqualTo(Errno.EINVAL);
        process.ready(0, V2);
        assertThat(process.extension(VfioType1.UPDATE_VADDR)).isEqualTo(1);
        assertThat(errno(process.kernel.ioctl(process.container, UNKNOWN_REQUEST, 0L))).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void theKindIsChosenOnceThereIsAGroupAndOnlyOnce() {
        assertThat(errno(process.setIommu(V2))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.setIommu(77))).isEqualTo(Errno.EINVAL);
        process.joined(0);
        assertThat(errno(process.setIommu(77))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.setIommu(VfioType1.DMA_CC))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.setIommu(VfioType1.UPDATE_VADDR))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.setIommu(VfioType1.UNMAP_ALL_EXTENSION))).as("an extension, no kind")
                .isEqualTo(Errno.EINVAL);
        assertThat(process.setIommu(V2)).isZero();
        assertThat(errno(process.setIommu(V2))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aGroupIsInOneContainer() {
        int group = process.group(0);
        assertThat(errno(process.set(group, 999))).isEqualTo(Errno.EBADF);
        assertThat(errno(process.set(group, group))).isEqualTo(Errno.EBADFD);
        assertThat(errno(process.unset(group))).isEqualTo(Errno.EINVAL);
        assertThat(process.set(group)).isZero();
        assertThat(errno(process.set(group, 999))).as("the descriptor comes first").isEqualTo(Errno.EBADF);
        assertThat(errno(process.set(group, group))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.set(group, process.openContainer()))).isEqualTo(Errno.EINVAL);
        assertThat(process.unset(group)).isZero();
        assertThat(errno(process.kernel.ioctl(group, UNKNOWN_REQUEST, 0L))).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void aDeviceIsFoundByItsNameFirst() {
        int group = process.group(0);
        assertThat(errno(process.device(group, "0000:00:11.0"))).as("of another group").isEqualTo(Errno.ENODEV);
        assertThat(errno(process.device(group, EDU))).isEqualTo(Errno.EINVAL);
        process.set(group);
        assertThat(errno(process.device(group, EDU))).isEqualTo(Errno.EINVAL);
        process.setIommu(V2);
        assertThat(process.device(group, EDU)).isPositive();
        assertThat(process.device(group, EDU + " ")).as("again, with blanks for options").isPositive();
        assertThat(errno(process.device(group, EDU + " vf_token=1"))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.device(group, EDU + "x"))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.device(group, "x".repeat(5000)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aGroupStaysWhileItsDeviceIsOpen() {
        int group = process.ready(0, V2);
        int device = process.device(group, EDU);
        assertThat(errno(process.unset(group))).isEqualTo(Errno.EBUSY);
        process.kernel.close(device);
        assertThat(process.unset(group)).isZero();
    }

    @Test
    void withItsLastGroupAContainerForgetsEverything() {
        int group = process.ready(0, V2);
        int other = process.joined(1);
        process.map(va, PAGE, 0);
        assertThat(process.unset(group)).isZero();
        assertThat(process.unmap(0, PAGE)).as("the other one keeps it").isEqualTo(PAGE);
        process.map(va, PAGE, 0);
        process.kernel.close(other);
        assertThat(process.lockedKilobytes()).isZero();
        assertThat(errno(process.unmap(0, PAGE))).isEqualTo(Errno.EINVAL);
        process.ready(1, V1);
        assertThat(process.unmap(0, PAGE)).isZero();
    }

    @Test
    void theErrorOfTheFirstGroupComesWithTheKind() {
        ContainerProcess unsafe = ContainerProcess.on("""
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0}
                  - {address: "0000:00:11.0", model: edu, group: 1, unsafe-interrupts: true}
                """);
        int first = unsafe.joined(1);
        assertThat(errno(unsafe.setIommu(V2))).isEqualTo(Errno.EPERM);
        assertThat(unsafe.unset(first)).isZero();
        unsafe.ready(0, V2);
        assertThat(errno(unsafe.set(first))).as("with the kind chosen, at once").isEqualTo(Errno.EPERM);
        assertThat(unsafe.status(first)).as("viable, and in no container").isEqualTo(1);
    }
}
