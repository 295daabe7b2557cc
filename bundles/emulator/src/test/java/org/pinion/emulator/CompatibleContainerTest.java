package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.EDU;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.R;
import static org.pinion.emulator.ContainerProcess.RW;
import static org.pinion.emulator.ContainerProcess.V1;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioType1;

/** {@code /dev/iommu} in the place of a container, and where it answers otherwise than one. */
class CompatibleContainerTest {

    private static final long MSI = 0xfee00000L;
    private static final String MDEV = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";

    private final ContainerProcess process = ContainerProcess.onIommufd();
    private final MemorySegment memory = process.memory(16 * PAGE);
    private final long va = memory.address();

    private int vfioIoas(int operation, int ioas) {
        IommuVfioIoas request = IommuVfioIoas.allocate(Arena.ofAuto()).op((short) operation).ioasId(ioas);
        int answer = process.kernel.ioctl(process.container, Iommufd.VFIO_IOAS, request.memory());
        return answer < 0 ? answer : request.ioasId();
    }

    @Test
    void withoutAGroupThereIsNoAddressSpace() {
        assertThat(process.kernel.ioctl(process.container, VfioType1.GET_API_VERSION, 0L)).isZero();
        assertThat(process.extension(V1)).isEqualTo(1);
        assertThat(process.extension(V2)).isEqualTo(1);
        assertThat(process.extension(VfioType1.UNMAP_ALL_EXTENSION)).isEqualTo(1);
        assertThat(process.extension(VfioType1.UPDATE_VADDR)).isZero();
        assertThat(errno(process.extension(VfioType1.DMA_CC))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.setIommu(VfioType1.UNMAP_ALL_EXTENSION))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.setIommu(V2))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.map(VfioType1.MAP_VADDR, va, PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(va, PAGE, 0))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.unmap(VfioType1.UNMAP_VADDR, 0, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(0, PAGE))).isEqualTo(Errno.ENODEV);
        assertThat(errno(process.dirtyPages(VfioType1.DIRTY_PAGES_START))).isEqualTo(Errno.ENOTTY);
        assertThat(errno(vfioIoas(Iommufd.VFIO_IOAS_GET, 0))).isEqualTo(Errno.ENODEV);
    }

    @Test
    void aGroupMakesTheAddressSpaceOrTakesTheChosenOne() {
        int group = process.joined(0);
        int made = vfioIoas(Iommufd.VFIO_IOAS_GET, 0);
        assertThat(made).isPositive();
        assertThat(process.unset(group)).isZero();
        assertThat(vfioIoas(Iommufd.VFIO_IOAS_GET, 0)).as("it stays").isEqualTo(made);
        int chosen = process.process.ioas();
        assertThat(vfioIoas(Iommufd.VFIO_IOAS_SET, chosen)).isEqualTo(chosen);
        assertThat(process.set(group)).isZero();
        assertThat(vfioIoas(Iommufd.VFIO_IOAS_GET, 0)).isEqualTo(chosen);
        assertThat(errno(vfioIoas(Iommufd.VFIO_IOAS_SET, 77))).isEqualTo(Errno.ENOENT);
        assertThat(errno(vfioIoas(5, chosen))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(process.process.destroy(chosen)).isZero();
        assertThat(errno(vfioIoas(Iommufd.VFIO_IOAS_GET, 0))).as("destroyed").isEqualTo(Errno.ENODEV);
        vfioIoas(Iommufd.VFIO_IOAS_SET, made);
        vfioIoas(Iommufd.VFIO_IOAS_CLEAR, 0);
        assertThat(errno(vfioIoas(Iommufd.VFIO_IOAS_GET, 0))).isEqualTo(Errno.ENODEV);
    }

    @Test
    void openingADeviceAttachesIt() {
        int group = process.joined(0);
        assertThat(process.map(va, PAGE, MSI)).as("nothing limits it yet").isZero();
        assertThat(errno(process.device(group, EDU))).isEqualTo(Errno.EADDRINUSE);
        process.unmap(MSI, PAGE);
        assertThat(process.map(0, va, PAGE, 0x1000)).as("neither readable nor writable").isZero();
        assertThat(errno(process.device(group, EDU))).isEqualTo(Errno.EINVAL);
        process.unmap(0x1000, PAGE);
        assertThat(process.device(group, EDU)).isPositive();
        assertThat(process.device(group, EDU)).as("again").isPositive();
        assertThat(process.extension(VfioType1.DMA_CC)).isZero();
        assertThat(errno(process.map(va, PAGE, MSI))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(va + 1, PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(0, va, PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(0x10000, PAGE, 0))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void anIommuThatForcesSnoopingIsToldOf() {
        String host = """
                iommu: {forces-snooping: true}
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0}
                """;
        ContainerProcess iommufd = ContainerProcess.onIommufd(host);
        iommufd.device(iommufd.joined(0), EDU);
        assertThat(iommufd.extension(VfioType1.DMA_CC)).isEqualTo(1);
        ContainerProcess container = ContainerProcess.on(host);
        container.ready(0, V2);
        assertThat(container.extension(VfioType1.DMA_CC)).isEqualTo(1);
    }

    @Test
    void aVirtioIommuTakesWhatMayBeNeitherReadNorWritten() {
        ContainerProcess virtio = ContainerProcess.onIommufd("""
                iommu: {aperture: 0x0-0xffffffffffffffff, maps-without-access: true}
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0}
                """);
        long memory = virtio.memory(PAGE).address();
        int group = virtio.joined(0);
        assertThat(virtio.map(0, memory, PAGE, 0x1000)).isZero();
        Edu edu = new Edu(virtio.kernel, virtio.device(group, EDU));
        assertThat(virtio.map(0, memory, PAGE, 0x2000)).isZero();
        edu.busMaster(true);
        edu.fromMemory(0x1000, 16);
        edu.toMemory(0x2000, 16);
        assertThat(virtio.kernel.faults()).hasSize(2);
    }

    @Test
    void aDevicesTransfersGoThroughItsMappings() {
        int group = process.joined(0);
        process.setIommu(V2);
        Edu edu = new Edu(process.kernel, process.device(group, EDU));
        edu.busMaster(true);
        memory.set(ValueLayout.JAVA_BYTE, 9, (byte) 77);
        process.map(R, va, PAGE, 0x10000);
        process.map(RW, va + PAGE, PAGE, 0x20000);
        edu.fromMemory(0x10000, 16);
        edu.toMemory(0x20000, 16);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, PAGE + 9)).isEqualTo((byte) 77);
        assertThat(process.kernel.faults()).isEmpty();
        edu.toMemory(0x10000, 16);
        assertThat(process.kernel.faults()).hasSize(1);
    }

    @Test
    void overflowAndEmptinessAreLookedAt() {
        process.joined(0);
        assertThat(errno(process.map(va, 0, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(va, 2 * PAGE, -PAGE))).isEqualTo(Errno.EOVERFLOW);
        assertThat(errno(process.map(-PAGE, 2 * PAGE, 0))).isEqualTo(Errno.EOVERFLOW);
        assertThat(errno(process.unmap(0, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(-PAGE, 2 * PAGE))).isEqualTo(Errno.EOVERFLOW);
        assertThat(process.unmap(0, PAGE)).as("nothing there").isZero();
        assertThat(errno(process.unmap(VfioType1.UNMAP_ALL, 0, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(process.map(va, PAGE, 0)).isZero();
        assertThat(errno(process.map(va, PAGE, 0))).isEqualTo(Errno.EEXIST);
        assertThat(process.unmap(VfioType1.UNMAP_ALL, 0, 0)).isEqualTo(PAGE);
    }

    @Test
    void aBisectedMappingStopsAnUnmapHalfWayAndTheSizeIsTold() {
        process.device(process.joined(0), EDU);
        process.map(va, PAGE, 0x10000);
        process.map(va, 4 * PAGE, 0x20000);
        VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocate(Arena.ofAuto()).iova(0x10000).size(0x11000);
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.UNMAP_DMA, unmap.memory())))
                .isEqualTo(Errno.ENOENT);
        assertThat(unmap.size()).isEqualTo(PAGE);
        assertThat(process.unmap(0x10000, PAGE)).as("gone").isZero();
        assertThat(process.unmap(0x20000, 4 * PAGE)).isEqualTo(4 * PAGE);
    }

    @Test
    void theFirstKindCutsMappings() throws Exception {
        process.device(process.joined(0), EDU);
        assertThat(process.setIommu(V1)).isZero();
        process.map(va, 16 * PAGE, 0x200000);
        assertThat(process.unmap(0x204000, PAGE)).isEqualTo(PAGE);
        assertThat(errno(process.unmap(0x206000, PAGE + 1))).isEqualTo(Errno.EINVAL);
        assertThat(process.unmap(0x20f000, 0x10000)).isEqualTo(PAGE);
        assertThat(process.process.pinnedKilobytes()).isEqualTo(56);
        assertThat(process.unmap(0, 0x1000000)).isEqualTo(14 * PAGE);
        assertThat(process.process.pinnedKilobytes()).isZero();
    }

    @Test
    void theFirstKindCutsNoDmaBuf() {
        process.device(process.joined(0), EDU);
        assertThat(process.setIommu(V1)).isZero();
        int buffer = process.process.export(process.process.bound(2), 2, 0, 4 * PAGE);
        int ioas = vfioIoas(Iommufd.VFIO_IOAS_GET, 0);
        assertThat(process.process.mapFile(ioas, Process.RW | Process.FIXED, buffer, 0, 4 * PAGE, 0x200000)).isZero();
        assertThat(errno(process.unmap(0x200000, 2 * PAGE))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(process.unmap(0x200000, PAGE + 1))).as("and misaligned").isEqualTo(Errno.EOPNOTSUPP);
        assertThat(process.unmap(0x200000, 4 * PAGE)).isEqualTo(4 * PAGE);
    }

    @Test
    void theFirstKindCannotBeHadWithMappingsInPlace() {
        process.device(process.joined(0), EDU);
        process.map(va, PAGE, 0);
        assertThat(errno(process.setIommu(V1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void capabilitiesAreTwoAndTheSizeIsAlwaysTold() {
        int group = process.joined(0);
        assertThat(process.info().iovaPgsizes()).isEqualTo(-4096L);
        assertThat(process.usable()).containsExactly("0x0-0xffffffffffffffff");
        process.device(group, EDU);
        VfioIommuType1Info info = process.info();
        assertThat(info.declaredSize()).isEqualTo(88);
        assertThat(info.iovaPgsizes()).isEqualTo(0x40201000L);
        assertThat(process.capabilities()).extracting(VfioInfoCapHeader::id).map(Short::intValue)
                .containsExactly(VfioType1.CAP_DMA_AVAIL, VfioType1.CAP_IOVA_RANGE);
        assertThat(process.available()).isEqualTo(-1);
        assertThat(process.usable()).containsExactly("0x0-0xfedfffff", "0xfef00000-0x7fffffffff");
    }

    @Test
    void theGroupMayLeaveWhileItsDeviceIsOpen() {
        int group = process.joined(0);
        int device = process.device(group, EDU);
        assertThat(process.unset(group)).isZero();
        assertThat(process.status(group)).as("the iommufd owns it").isZero();
        assertThat(process.set(group)).isZero();
        assertThat(errno(process.process.destroy(vfioIoas(Iommufd.VFIO_IOAS_GET, 0)))).isEqualTo(Errno.EBUSY);
        process.kernel.close(group);
        int again = process.group(0);
        assertThat(process.status(again)).isZero();
        process.kernel.close(device);
        assertThat(process.status(again)).isEqualTo(Vfio.GROUP_VIABLE);
        assertThat(process.process.destroy(vfioIoas(Iommufd.VFIO_IOAS_GET, 0))).isZero();
    }

    @Test
    void anMdevIsAttachedToo() {
        int group = process.joined(MTTY_GROUP);
        assertThat(process.device(group, MDEV)).isPositive();
        assertThat(errno(process.map(va + 1, PAGE, 0))).as("pages").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.process.destroy(vfioIoas(Iommufd.VFIO_IOAS_GET, 0)))).isEqualTo(Errno.EBUSY);
    }

    @Test
    void aDeviceOfAnIommufdDoesNotUseTheContainerThatItsGroupIsInLater() {
        int group = process.joined(MTTY_GROUP);
        int device = process.device(group, MDEV);
        process.unset(group);
        int container = process.openContainer();
        assertThat(process.set(group, container)).isZero();
        int again = process.device(group, MDEV);
        assertThat(again).as("no kind of IOMMU is chosen").isPositive();
        assertThat(process.unset(group)).isZero();
        assertThat(errno(process.device(group, MDEV))).isEqualTo(Errno.EINVAL);
        process.kernel.close(again);
        assertThat(errno(process.process.destroy(vfioIoas(Iommufd.VFIO_IOAS_GET, 0)))).isEqualTo(Errno.EBUSY);
        process.kernel.close(device);
        assertThat(process.process.destroy(vfioIoas(Iommufd.VFIO_IOAS_GET, 0))).isZero();
    }

    @Test
    void aGroupIsClosedWhileItsDeviceOfAnIommufdIsOpen() {
        int group = process.joined(MTTY_GROUP);
        int device = process.device(group, MDEV);
        process.kernel.close(group);
        int anew = process.group(MTTY_GROUP);
        assertThat(process.set(anew, process.openContainer())).isZero();
        assertThat(process.device(anew, MDEV)).isPositive();
        process.kernel.close(anew);
        assertThat(process.group(MTTY_GROUP)).as("nothing keeps it open").isPositive();
        process.kernel.close(device);
    }

    /** Not a device holds it here, but the group that is in it. */
    @Test
    void anIommufdLivesAsLongAsAGroupIsInIt() throws Exception {
        int group = process.joined(0);
        int device = process.device(group, EDU);
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(Arena.ofAuto()).devId(2)
                .ptId(vfioIoas(Iommufd.VFIO_IOAS_GET, 0));
        assertThat(process.kernel.ioctl(process.container, Iommufd.HWPT_ALLOC, alloc.memory())).isZero();
        process.map(va, PAGE, 0);
        process.kernel.close(device);
        process.kernel.close(process.container);
        assertThat(process.process.pinnedKilobytes()).as("a page table shows it").isEqualTo(4);
        assertThat(process.unset(group)).isZero();
        assertThat(process.process.pinnedKilobytes()).isZero();
    }

    @Test
    void aGroupThatIsClosedLeavesTheIommufd() throws Exception {
        int group = process.joined(0);
        process.kernel.close(process.container);
        assertThat(process.device(group, EDU)).isPositive();
        process.kernel.close(group);
        assertThat(process.group(0)).isPositive();
    }
}
