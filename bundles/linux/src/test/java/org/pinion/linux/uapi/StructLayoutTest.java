package org.pinion.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of every structure lies where the C compiler puts it on x86-64 (compiled from include/uapi/linux). */
class StructLayoutTest {

    /**
     * Structure, its bytes, and each field's offset and width; a first field of 32 bits is the size that is declared.
     */
    private static final List<Layout<?>> LAYOUTS = List.of(
            new Layout<>("iommu_destroy", 8, IommuDestroy.SIZE, IommuDestroy.class, IommuDestroy::allocate)
                    .u32("id", 4, IommuDestroy::id, IommuDestroy::id),
            new Layout<>("iommu_ioas_alloc", 12, IommuIoasAlloc.SIZE, IommuIoasAlloc.class, IommuIoasAlloc::allocate)
                    .u32("flags", 4, IommuIoasAlloc::flags, IommuIoasAlloc::flags)
                    .u32("ioasId", 8, IommuIoasAlloc::ioasId, IommuIoasAlloc::ioasId),
            new Layout<>("iommu_iova_range", 16, IommuIovaRange.SIZE, IommuIovaRange.class, IommuIovaRange::allocate)
                    .u64("start", 0, IommuIovaRange::start, IommuIovaRange::start)
                    .u64("last", 8, IommuIovaRange::last, IommuIovaRange::last),
            new Layout<>(
                    "iommu_ioas_iova_ranges", 32, IommuIoasIovaRanges.SIZE,
                    IommuIoasIovaRanges.class, IommuIoasIovaRanges::allocate)
                    .u32("ioasId", 4, IommuIoasIovaRanges::ioasId, IommuIoasIovaRanges::ioasId)
                    .u32("numIovas", 8, IommuIoasIovaRanges::numIovas, IommuIoasIovaRanges::numIovas)
                    .u64("allowedIovas", 16, IommuIoasIovaRanges::allowedIovas, IommuIoasIovaRanges::allowedIovas)
                    .u64("iovaAlignment", 24, IommuIoasIovaRanges::iovaAlignment, IommuIoasIovaRanges::iovaAlignment),
            new Layout<>(
                    "iommu_ioas_allow_iovas", 24, IommuIoasAllowIovas.SIZE,
                    IommuIoasAllowIovas.class, IommuIoasAllowIovas::allocate)
                    .u32("ioasId", 4, IommuIoasAllowIovas::ioasId, IommuIoasAllowIovas::ioasId)
                    .u32("numIovas", 8, IommuIoasAllowIovas::numIovas, IommuIoasAllowIovas::numIovas)
                    .u64("allowedIovas", 16, IommuIoasAllowIovas::allowedIovas, IommuIoasAllowIovas::allowedIovas),
            new Layout<>("iommu_ioas_map", 40, IommuIoasMap.SIZE, IommuIoasMap.class, IommuIoasMap::allocate)
                    .u32("flags", 4, IommuIoasMap::flags, IommuIoasMap::flags)
                    .u32("ioasId", 8, IommuIoasMap::ioasId, IommuIoasMap::ioasId)
                    .u64("userVa", 16, IommuIoasMap::userVa, IommuIoasMap::userVa)
                    .u64("length", 24, IommuIoasMap::length, IommuIoasMap::length)
                    .u64("iova", 32, IommuIoasMap::iova, IommuIoasMap::iova),
            new Layout<>(
                    "iommu_ioas_map_file", 40, IommuIoasMapFile.SIZE,
                    IommuIoasMapFile.class, IommuIoasMapFile::allocate)
                    .u32("flags", 4, IommuIoasMapFile::flags, IommuIoasMapFile::flags)
                    .u32("ioasId", 8, IommuIoasMapFile::ioasId, IommuIoasMapFile::ioasId)
                    .u32("fd", 12, IommuIoasMapFile::fd, IommuIoasMapFile::fd)
                    .u64("start", 16, IommuIoasMapFile::start, IommuIoasMapFile::start)
                    .u64("length", 24, IommuIoasMapFile::length, IommuIoasMapFile::length)
                    .u64("iova", 32, IommuIoasMapFile::iova, IommuIoasMapFile::iova),
            new Layout<>("iommu_ioas_copy", 40, IommuIoasCopy.SIZE, IommuIoasCopy.class, IommuIoasCopy::allocate)
                    .u32("flags", 4, IommuIoasCopy::flags, IommuIoasCopy::flags)
                    .u32("dstIoasId", 8, IommuIoasCopy::dstIoasId, IommuIoasCopy::dstIoasId)
                    .u32("srcIoasId", 12, IommuIoasCopy::srcIoasId, IommuIoasCopy::srcIoasId)
                    .u64("length", 16, IommuIoasCopy::length, IommuIoasCopy::length)
                    .u64("dstIova", 24, IommuIoasCopy::dstIova, IommuIoasCopy::dstIova)
                    .u64("srcIova", 32, IommuIoasCopy::srcIova, IommuIoasCopy::srcIova),
            new Layout<>("iommu_ioas_unmap", 24, IommuIoasUnmap.SIZE, IommuIoasUnmap.class, IommuIoasUnmap::allocate)
                    .u32("ioasId", 4, IommuIoasUnmap::ioasId, IommuIoasUnmap::ioasId)
                    .u64("iova", 8, IommuIoasUnmap::iova, IommuIoasUnmap::iova)
                    .u64("length", 16, IommuIoasUnmap::length, IommuIoasUnmap::length),
            new Layout<>("iommu_option", 24, IommuOption.SIZE, IommuOption.class, IommuOption::allocate)
                    .u32("optionId", 4, IommuOption::optionId, IommuOption::optionId)
                    .u16("op", 8, IommuOption::op, IommuOption::op)
                    .u32("objectId", 12, IommuOption::objectId, IommuOption::objectId)
                    .u64("val64", 16, IommuOption::val64, IommuOption::val64),
            new Layout<>("vfio_device_info", 24, VfioDeviceInfo.SIZE, VfioDeviceInfo.class, VfioDeviceInfo::allocate)
                    .u32("flags", 4, VfioDeviceInfo::flags, VfioDeviceInfo::flags)
                    .u32("numRegions", 8, VfioDeviceInfo::numRegions, VfioDeviceInfo::numRegions)
                    .u32("numIrqs", 12, VfioDeviceInfo::numIrqs, VfioDeviceInfo::numIrqs)
                    .u32("capOffset", 16, VfioDeviceInfo::capOffset, VfioDeviceInfo::capOffset),
            new Layout<>("vfio_region_info", 32, VfioRegionInfo.SIZE, VfioRegionInfo.class, VfioRegionInfo::allocate)
                    .u32("flags", 4, VfioRegionInfo::flags, VfioRegionInfo::flags)
                    .u32("index", 8, VfioRegionInfo::index, VfioRegionInfo::index)
                    .u32("capOffset", 12, VfioRegionInfo::capOffset, VfioRegionInfo::capOffset)
                    .u64("size", 16, VfioRegionInfo::size, VfioRegionInfo::size)
                    .u64("offset", 24, VfioRegionInfo::offset, VfioRegionInfo::offset),
            new Layout<>(
                    "vfio_device_bind_iommufd", 24, VfioDeviceBindIommufd.SIZE,
                    VfioDeviceBindIommufd.class, VfioDeviceBindIommufd::allocate)
                    .u32("flags", 4, VfioDeviceBindIommufd::flags, VfioDeviceBindIommufd::flags)
                    .u32("iommufd", 8, VfioDeviceBindIommufd::iommufd, VfioDeviceBindIommufd::iommufd)
                    .u32("devid", 12, VfioDeviceBindIommufd::devid, VfioDeviceBindIommufd::devid),
            new Layout<>(
                    "vfio_device_attach_iommufd_pt", 16, VfioDeviceAttachIommufdPt.SIZE,
                    VfioDeviceAttachIommufdPt.class, VfioDeviceAttachIommufdPt::allocate)
                    .u32("flags", 4, VfioDeviceAttachIommufdPt::flags, VfioDeviceAttachIommufdPt::flags)
                    .u32("ptId", 8, VfioDeviceAttachIommufdPt::ptId, VfioDeviceAttachIommufdPt::ptId),
            new Layout<>(
                    "vfio_device_detach_iommufd_pt", 12, VfioDeviceDetachIommufdPt.SIZE,
                    VfioDeviceDetachIommufdPt.class, VfioDeviceDetachIommufdPt::allocate)
                    .u32("flags", 4, VfioDeviceDetachIommufdPt::flags, VfioDeviceDetachIommufdPt::flags));

    static List<Layout<?>> layouts() {
        return LAYOUTS;
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void theSizeIsTheCompilersSize(Layout<?> layout) {
        assertThat(layout.declared()).isEqualTo(layout.size());
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void aNewStructureIsZeroedAndKnowsItsSize(Layout<?> layout) {
        byte[] expected = new byte[layout.size()];
        if (layout.fields().getFirst().offset() != 0) {
            expected[0] = (byte) layout.size();
        }
        assertThat(layout.written(struct -> {})).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void everySetterWritesItsFieldAndNothingElse(Layout<?> layout) {
        layout.checkSetters();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void everyGetterReadsItsField(Layout<?> layout) {
        layout.checkGetters();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void everySetterIsInTheTable(Layout<?> layout) {
        List<String> setters = Arrays.stream(layout.type().getDeclaredMethods())
                .filter(method -> method.getReturnType() == layout.type() && method.getParameterCount() == 1)
                .map(method -> method.getName())
                .filter(name -> !name.equals("allocate"))
                .toList();
        assertThat(layout.fields()).extracting(Layout.Field::name).containsExactlyInAnyOrderElementsOf(setters);
    }

    @Test
    void aSmallerStructureCanBeDeclared() {
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(arena);
            bind.declareSize(16);
            assertThat(bind.declaredSize()).isEqualTo(16);
            assertThat(bind.memory().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 16);
        }
    }
}
