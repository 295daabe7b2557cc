package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioType1;

/** An iommufd that answers as a VFIO container. */
@ParameterizedClass(name = "{0}")
@EnumSource(ContainerKind.class)
@DisplayName("vfio_compat_mock_domain")
class CompatibleContainerTest extends IommufdFixture {

    private static final int BEFORE_CAPABILITIES = 16;
    private static final byte CANARY = (byte) 0xaa;
    private static final int DMA_AVAIL_BYTES = 16;

    @Parameter
    ContainerKind kind;

    private final int ioas = iommufd.ioas();

    @BeforeEach
    void chooseTheAddressSpace() {
        mock.attach(ioas);
        Expect.succeeds(iommufd.ioctl(Iommufd.VFIO_IOAS,
                IommuVfioIoas.allocate(arena).ioasId(ioas).op((short) Iommufd.VFIO_IOAS_SET).memory()));
        Expect.succeeds(iommufd.kernel.ioctl(iommufd.fd, VfioType1.SET_IOMMU, kind.number));
    }

    private boolean cuts() {
        return kind == ContainerKind.VERSION_1;
    }

    private int map(long address, long length, long iova) {
        return iommufd.ioctl(VfioType1.MAP_DMA, VfioIommuType1DmaMap.allocate(arena).vaddr(address).size(length)
                .iova(iova).flags(VfioType1.MAP_READ | VfioType1.MAP_WRITE).memory());
    }

    /** Answers how many bytes were unmapped. */
    private long unmap(int flags, long length, long iova) {
        VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocate(arena).flags(flags).size(length).iova(iova);
        int answer = iommufd.ioctl(VfioType1.UNMAP_DMA, unmap.memory());
        return answer < 0 ? answer : unmap.size();
    }

    private long unmap(long length, long iova) {
        return unmap(0, length, iova);
    }

    @Test
    @DisplayName("simple_close")
    void anIommufdWithAContainersAddressSpaceCanBeClosed() {
        Expect.succeeds(iommufd.fd);
    }

    @Test
    @DisplayName("option_huge_pages")
    void theFirstKindGoesWithoutHugePages() {
        Expect.equal(cuts() ? 0 : 1, iommufd.option(Iommufd.OPTION_HUGE_PAGES, ioas));
    }

    @Test
    @DisplayName("get_info")
    void infoFitsIntoTheRoomThereIs() {
        assertThat(info(BEFORE_CAPABILITIES).iovaPgsizes()).isNotZero();
        VfioIommuType1Info withoutRoom = info(VfioIommuType1Info.SIZE);
        assertThat(withoutRoom.iovaPgsizes()).isNotZero();
        assertThat(withoutRoom.capOffset()).isZero();
        int needed = withoutRoom.declaredSize();
        assertThat(needed).isGreaterThan(VfioIommuType1Info.SIZE);
        for (int room = VfioIommuType1Info.SIZE; room <= needed; room++) {
            VfioIommuType1Info info = info(room);
            assertThat(info.capOffset() != 0).isEqualTo(room == needed);
            if (room == needed) {
                checkCapabilities(info);
            }
        }
    }

    /** Asks, and checks that nothing past the room was written. */
    private VfioIommuType1Info info(int room) {
        MemorySegment struct = arena.allocate(PAGE, 8);
        struct.asSlice(room).fill(CANARY);
        VfioIommuType1Info info = new VfioIommuType1Info(struct);
        info.declareSize(room);
        Expect.succeeds(iommufd.ioctl(VfioType1.GET_INFO, struct));
        MemorySegment untouched = MemorySegment.ofArray(new byte[(int) PAGE - room]).fill(CANARY);
        assertThat(struct.asSlice(room).mismatch(untouched)).isEqualTo(-1);
        assertThat(info.flags()).isEqualTo(VfioType1.INFO_PGSIZES | VfioType1.INFO_CAPS);
        return info;
    }

    private static void checkCapabilities(VfioIommuType1Info info) {
        List<Integer> found = new ArrayList<>();
        for (int at = info.capOffset(); at != 0;) {
            assertThat(at + VfioInfoCapHeader.SIZE).isLessThanOrEqualTo(info.declaredSize());
            VfioInfoCapHeader header = new VfioInfoCapHeader(info.memory().asSlice(at));
            int end = header.next() == 0 ? info.declaredSize() : header.next();
            assertThat(header.version()).isEqualTo((short) 1);
            assertThat(end).isGreaterThan(at);
            checkCapability(header, end - at);
            found.add((int) header.id());
            at = header.next();
        }
        assertThat(found).containsExactlyInAnyOrder(VfioType1.CAP_IOVA_RANGE, VfioType1.CAP_DMA_AVAIL);
    }

    private static void checkCapability(VfioInfoCapHeader header, int bytes) {
        if (header.id() == VfioType1.CAP_IOVA_RANGE) {
            VfioIommuType1InfoCapIovaRange usable = new VfioIommuType1InfoCapIovaRange(header.memory());
            assertThat(usable.nrIovas()).isEqualTo(1);
            assertThat(usable.range(0).start()).isEqualTo(Mock.APERTURE_START);
            assertThat(usable.range(0).end()).isEqualTo(Mock.APERTURE_LAST);
        } else {
            assertThat(bytes).isEqualTo(DMA_AVAIL_BYTES);
        }
    }

    @Test
    @DisplayName("map")
    void whatIsMappedIsUnmappedInAnyOrder() {
        Expect.succeeds(map(buffer, BUFFER_SIZE, Mock.APERTURE_START));
        Expect.equal(BUFFER_SIZE, unmap(BUFFER_SIZE, Mock.APERTURE_START));
        Expect.equal(0, unmap(BUFFER_SIZE, Mock.APERTURE_START));
        Expect.succeeds(map(buffer, BUFFER_SIZE, Mock.APERTURE_START));
        Expect.fails(Errno.EINVAL, unmap(VfioType1.UNMAP_ALL, BUFFER_SIZE, Mock.APERTURE_START));
        Expect.equal(BUFFER_SIZE, unmap(VfioType1.UNMAP_ALL, 0, 0));
        for (long offset = 0; offset < BUFFER_SIZE; offset += PAGE) {
            Expect.succeeds(map(buffer + offset, PAGE, Mock.APERTURE_START + offset));
        }
        for (long iova : shuffled(BUFFER_SIZE, PAGE)) {
            Expect.equal(PAGE, unmap(PAGE, iova));
        }
    }

    @Test
    @DisplayName("huge_map")
    void theFirstKindCutsAMappingAndTheSecondDoesNot() {
        long size = 2 * TestMemory.HUGE_PAGE;
        MemorySegment huge = memory.hugePages(size);
        Expect.succeeds(map(huge.address(), size, Mock.APERTURE_START));
        for (long iova : shuffled(size, size / 16)) {
            long answer = unmap(size / 16, iova);
            if (cuts()) {
                Expect.equal(size / 16, answer);
            } else {
                Expect.fails(Errno.ENOENT, answer);
            }
        }
    }

    private static List<Long> shuffled(long size, long step) {
        List<Long> addresses = new ArrayList<>();
        for (long offset = 0; offset < size; offset += step) {
            addresses.add(Mock.APERTURE_START + offset);
        }
        Collections.shuffle(addresses, new Random(1));
        return addresses;
    }
}
