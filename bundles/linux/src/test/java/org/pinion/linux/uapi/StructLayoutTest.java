package org.pinion.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
            new Layout<>(
                    "iommu_ioas_change_process",
                    8,
                    IommuIoasChangeProcess.SIZE,
                    IommuIoasChangeProcess.class,
                    IommuIoasChangeProcess::allocate),
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
                    .u32("flags", 4, VfioDeviceDetachIommufdPt::flags, VfioDeviceDetachIommufdPt::flags),
            new Layout<>(
                    "vfio_group_status", 8, VfioGroupStatus.SIZE,
                    VfioGroupStatus.class, VfioGroupStatus::allocate)
                    .u32("flags", 4, VfioGroupStatus::flags, VfioGroupStatus::flags),
            new Layout<>(
                    "vfio_info_cap_header", 8, VfioInfoCapHeader.SIZE,
                    VfioInfoCapHeader.class, VfioInfoCapHeader::allocate)
                    .u16("id", 0, VfioInfoCapHeader::id, VfioInfoCapHeader::id)
                    .u16("version", 2, VfioInfoCapHeader::version, VfioInfoCapHeader::version)
                    .u32("next", 4, VfioInfoCapHeader::next, VfioInfoCapHeader::next),
            new Layout<>("vfio_iova_range", 16, VfioIovaRange.SIZE, VfioIovaRange.class, VfioIovaRange::allocate)
                    .u64("start", 0, VfioIovaRange::start, VfioIovaRange::start)
                    .u64("end", 8, VfioIovaRange::end, VfioIovaRange::end),
            new Layout<>(
                    "vfio_region_sparse_mmap_area", 16, VfioRegionSparseMmapArea.SIZE,
                    VfioRegionSparseMmapArea.class, VfioRegionSparseMmapArea::allocate)
                    .u64("offset", 0, VfioRegionSparseMmapArea::offset, VfioRegionSparseMmapArea::offset)
                    .u64("size", 8, VfioRegionSparseMmapArea::size, VfioRegionSparseMmapArea::size),
            new Layout<>(
                    "vfio_region_info_cap_sparse_mmap", 16, VfioRegionInfoCapSparseMmap.SIZE,
                    VfioRegionInfoCapSparseMmap.class, VfioRegionInfoCapSparseMmap::allocate)
                    .u16("id", 0, VfioRegionInfoCapSparseMmap::id, VfioRegionInfoCapSparseMmap::id)
                    .u16("version", 2, VfioRegionInfoCapSparseMmap::version, VfioRegionInfoCapSparseMmap::version)
                    .u32("next", 4, VfioRegionInfoCapSparseMmap::next, VfioRegionInfoCapSparseMmap::next)
                    .u32("nrAreas", 8, VfioRegionInfoCapSparseMmap::nrAreas, VfioRegionInfoCapSparseMmap::nrAreas),
            new Layout<>("vfio_irq_info", 16, VfioIrqInfo.SIZE, VfioIrqInfo.class, VfioIrqInfo::allocate)
                    .u32("flags", 4, VfioIrqInfo::flags, VfioIrqInfo::flags)
                    .u32("index", 8, VfioIrqInfo::index, VfioIrqInfo::index)
                    .u32("count", 12, VfioIrqInfo::count, VfioIrqInfo::count),
            new Layout<>("vfio_irq_set", 20, VfioIrqSet.SIZE, VfioIrqSet.class, VfioIrqSet::allocate)
                    .u32("flags", 4, VfioIrqSet::flags, VfioIrqSet::flags)
                    .u32("index", 8, VfioIrqSet::index, VfioIrqSet::index)
                    .u32("start", 12, VfioIrqSet::start, VfioIrqSet::start)
                    .u32("count", 16, VfioIrqSet::count, VfioIrqSet::count),
            new Layout<>(
                    "vfio_device_feature", 8, VfioDeviceFeature.SIZE,
                    VfioDeviceFeature.class, VfioDeviceFeature::allocate)
                    .u32("flags", 4, VfioDeviceFeature::flags, VfioDeviceFeature::flags),
            new Layout<>(
                    "vfio_region_dma_range", 16, VfioRegionDmaRange.SIZE,
                    VfioRegionDmaRange.class, VfioRegionDmaRange::allocate)
                    .u64("offset", 0, VfioRegionDmaRange::offset, VfioRegionDmaRange::offset)
                    .u64("length", 8, VfioRegionDmaRange::length, VfioRegionDmaRange::length),
            new Layout<>(
                    "vfio_device_feature_dma_buf", 16, VfioDeviceFeatureDmaBuf.SIZE,
                    VfioDeviceFeatureDmaBuf.class, VfioDeviceFeatureDmaBuf::allocate)
                    .u32("regionIndex", 0, VfioDeviceFeatureDmaBuf::regionIndex, VfioDeviceFeatureDmaBuf::regionIndex)
                    .u32("openFlags", 4, VfioDeviceFeatureDmaBuf::openFlags, VfioDeviceFeatureDmaBuf::openFlags)
                    .u32("flags", 8, VfioDeviceFeatureDmaBuf::flags, VfioDeviceFeatureDmaBuf::flags)
                    .u32("nrRanges", 12, VfioDeviceFeatureDmaBuf::nrRanges, VfioDeviceFeatureDmaBuf::nrRanges),
            new Layout<>(
                    "vfio_pci_dependent_device", 8, VfioPciDependentDevice.SIZE,
                    VfioPciDependentDevice.class, VfioPciDependentDevice::allocate)
                    .u32("groupId", 0, VfioPciDependentDevice::groupId, VfioPciDependentDevice::groupId)
                    .u16("segment", 4, VfioPciDependentDevice::segment, VfioPciDependentDevice::segment)
                    .u8("bus", 6, VfioPciDependentDevice::bus, VfioPciDependentDevice::bus)
                    .u8("devfn", 7, VfioPciDependentDevice::devfn, VfioPciDependentDevice::devfn),
            new Layout<>(
                    "vfio_pci_hot_reset_info", 12, VfioPciHotResetInfo.SIZE,
                    VfioPciHotResetInfo.class, VfioPciHotResetInfo::allocate)
                    .u32("flags", 4, VfioPciHotResetInfo::flags, VfioPciHotResetInfo::flags)
                    .u32("count", 8, VfioPciHotResetInfo::count, VfioPciHotResetInfo::count),
            new Layout<>(
                    "vfio_pci_hot_reset", 12, VfioPciHotReset.SIZE,
                    VfioPciHotReset.class, VfioPciHotReset::allocate)
                    .u32("flags", 4, VfioPciHotReset::flags, VfioPciHotReset::flags)
                    .u32("count", 8, VfioPciHotReset::count, VfioPciHotReset::count),
            new Layout<>(
                    "vfio_iommu_type1_info", 24, VfioIommuType1Info.SIZE,
                    VfioIommuType1Info.class, VfioIommuType1Info::allocate)
                    .u32("flags", 4, VfioIommuType1Info::flags, VfioIommuType1Info::flags)
                    .u64("iovaPgsizes", 8, VfioIommuType1Info::iovaPgsizes, VfioIommuType1Info::iovaPgsizes)
                    .u32("capOffset", 16, VfioIommuType1Info::capOffset, VfioIommuType1Info::capOffset),
            new Layout<>(
                    "vfio_iommu_type1_info_cap_iova_range", 16, VfioIommuType1InfoCapIovaRange.SIZE,
                    VfioIommuType1InfoCapIovaRange.class, VfioIommuType1InfoCapIovaRange::allocate)
                    .u16("id", 0, VfioIommuType1InfoCapIovaRange::id, VfioIommuType1InfoCapIovaRange::id)
                    .u16("version", 2, VfioIommuType1InfoCapIovaRange::version, VfioIommuType1InfoCapIovaRange::version)
                    .u32("next", 4, VfioIommuType1InfoCapIovaRange::next, VfioIommuType1InfoCapIovaRange::next)
                    .u32(
                            "nrIovas", 8,
                            VfioIommuType1InfoCapIovaRange::nrIovas,
                            VfioIommuType1InfoCapIovaRange::nrIovas),
            new Layout<>(
                    "vfio_iommu_type1_info_cap_migration", 32, VfioIommuType1InfoCapMigration.SIZE,
                    VfioIommuType1InfoCapMigration.class, VfioIommuType1InfoCapMigration::allocate)
                    .u16("id", 0, VfioIommuType1InfoCapMigration::id, VfioIommuType1InfoCapMigration::id)
                    .u16("version", 2, VfioIommuType1InfoCapMigration::version, VfioIommuType1InfoCapMigration::version)
                    .u32("next", 4, VfioIommuType1InfoCapMigration::next, VfioIommuType1InfoCapMigration::next)
                    .u32("flags", 8, VfioIommuType1InfoCapMigration::flags, VfioIommuType1InfoCapMigration::flags)
                    .u64(
                            "pgsizeBitmap", 16,
                            VfioIommuType1InfoCapMigration::pgsizeBitmap,
                            VfioIommuType1InfoCapMigration::pgsizeBitmap)
                    .u64(
                            "maxDirtyBitmapSize", 24,
                            VfioIommuType1InfoCapMigration::maxDirtyBitmapSize,
                            VfioIommuType1InfoCapMigration::maxDirtyBitmapSize),
            new Layout<>(
                    "vfio_iommu_type1_info_dma_avail", 12, VfioIommuType1InfoDmaAvail.SIZE,
                    VfioIommuType1InfoDmaAvail.class, VfioIommuType1InfoDmaAvail::allocate)
                    .u16("id", 0, VfioIommuType1InfoDmaAvail::id, VfioIommuType1InfoDmaAvail::id)
                    .u16("version", 2, VfioIommuType1InfoDmaAvail::version, VfioIommuType1InfoDmaAvail::version)
                    .u32("next", 4, VfioIommuType1InfoDmaAvail::next, VfioIommuType1InfoDmaAvail::next)
                    .u32("avail", 8, VfioIommuType1InfoDmaAvail::avail, VfioIommuType1InfoDmaAvail::avail),
            new Layout<>(
                    "vfio_iommu_type1_dma_map", 32, VfioIommuType1DmaMap.SIZE,
                    VfioIommuType1DmaMap.class, VfioIommuType1DmaMap::allocate)
                    .u32("flags", 4, VfioIommuType1DmaMap::flags, VfioIommuType1DmaMap::flags)
                    .u64("vaddr", 8, VfioIommuType1DmaMap::vaddr, VfioIommuType1DmaMap::vaddr)
                    .u64("iova", 16, VfioIommuType1DmaMap::iova, VfioIommuType1DmaMap::iova)
                    .u64("size", 24, VfioIommuType1DmaMap::size, VfioIommuType1DmaMap::size),
            new Layout<>("vfio_bitmap", 24, VfioBitmap.SIZE, VfioBitmap.class, VfioBitmap::allocate)
                    .u64("pgsize", 0, VfioBitmap::pgsize, VfioBitmap::pgsize)
                    .u64("size", 8, VfioBitmap::size, VfioBitmap::size)
                    .u64("data", 16, VfioBitmap::data, VfioBitmap::data),
            new Layout<>(
                    "vfio_iommu_type1_dma_unmap", 24, VfioIommuType1DmaUnmap.SIZE,
                    VfioIommuType1DmaUnmap.class, VfioIommuType1DmaUnmap::allocate)
                    .u32("flags", 4, VfioIommuType1DmaUnmap::flags, VfioIommuType1DmaUnmap::flags)
                    .u64("iova", 8, VfioIommuType1DmaUnmap::iova, VfioIommuType1DmaUnmap::iova)
                    .u64("size", 16, VfioIommuType1DmaUnmap::size, VfioIommuType1DmaUnmap::size),
            new Layout<>(
                    "vfio_iommu_type1_dirty_bitmap_get", 40, VfioIommuType1DirtyBitmapGet.SIZE,
                    VfioIommuType1DirtyBitmapGet.class, VfioIommuType1DirtyBitmapGet::allocate)
                    .u64("iova", 0, VfioIommuType1DirtyBitmapGet::iova, VfioIommuType1DirtyBitmapGet::iova)
                    .u64("size", 8, VfioIommuType1DirtyBitmapGet::size, VfioIommuType1DirtyBitmapGet::size),
            new Layout<>(
                    "vfio_iommu_type1_dirty_bitmap", 8, VfioIommuType1DirtyBitmap.SIZE,
                    VfioIommuType1DirtyBitmap.class, VfioIommuType1DirtyBitmap::allocate)
                    .u32("flags", 4, VfioIommuType1DirtyBitmap::flags, VfioIommuType1DirtyBitmap::flags),
            new Layout<>("iommu_hw_info", 40, IommuHwInfo.SIZE, IommuHwInfo.class, IommuHwInfo::allocate)
                    .u32("flags", 4, IommuHwInfo::flags, IommuHwInfo::flags)
                    .u32("devId", 8, IommuHwInfo::devId, IommuHwInfo::devId)
                    .u32("dataLen", 12, IommuHwInfo::dataLen, IommuHwInfo::dataLen)
                    .u64("dataUptr", 16, IommuHwInfo::dataUptr, IommuHwInfo::dataUptr)
                    .u32("dataType", 24, IommuHwInfo::dataType, IommuHwInfo::dataType)
                    .u8("maxPasidLog2", 28, IommuHwInfo::maxPasidLog2, IommuHwInfo::maxPasidLog2)
                    .u64("capabilities", 32, IommuHwInfo::capabilities, IommuHwInfo::capabilities),
            new Layout<>(
                    "iommu_hwpt_set_dirty_tracking", 16, IommuHwptSetDirtyTracking.SIZE,
                    IommuHwptSetDirtyTracking.class, IommuHwptSetDirtyTracking::allocate)
                    .u32("flags", 4, IommuHwptSetDirtyTracking::flags, IommuHwptSetDirtyTracking::flags)
                    .u32("hwptId", 8, IommuHwptSetDirtyTracking::hwptId, IommuHwptSetDirtyTracking::hwptId),
            new Layout<>(
                    "iommu_hwpt_get_dirty_bitmap", 48, IommuHwptGetDirtyBitmap.SIZE,
                    IommuHwptGetDirtyBitmap.class, IommuHwptGetDirtyBitmap::allocate)
                    .u32("hwptId", 4, IommuHwptGetDirtyBitmap::hwptId, IommuHwptGetDirtyBitmap::hwptId)
                    .u32("flags", 8, IommuHwptGetDirtyBitmap::flags, IommuHwptGetDirtyBitmap::flags)
                    .u64("iova", 16, IommuHwptGetDirtyBitmap::iova, IommuHwptGetDirtyBitmap::iova)
                    .u64("length", 24, IommuHwptGetDirtyBitmap::length, IommuHwptGetDirtyBitmap::length)
                    .u64("pageSize", 32, IommuHwptGetDirtyBitmap::pageSize, IommuHwptGetDirtyBitmap::pageSize)
                    .u64("data", 40, IommuHwptGetDirtyBitmap::data, IommuHwptGetDirtyBitmap::data),
            new Layout<>("iommu_vfio_ioas", 12, IommuVfioIoas.SIZE, IommuVfioIoas.class, IommuVfioIoas::allocate)
                    .u32("ioasId", 4, IommuVfioIoas::ioasId, IommuVfioIoas::ioasId)
                    .u16("op", 8, IommuVfioIoas::op, IommuVfioIoas::op));

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
        if (layout.fields().isEmpty() || layout.fields().getFirst().offset() != 0) {
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
                .filter(name -> !name.startsWith("allocate"))
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

    @Test
    void whatFollowsAStructureLiesBehindIt() {
        try (Arena arena = Arena.ofConfined()) {
            VfioIrqSet irqs = VfioIrqSet.allocate(arena, 8);
            assertThat(irqs.declaredSize()).isEqualTo(28);
            assertThat(place(irqs, irqs.data())).isEqualTo(20);
            VfioDeviceFeature feature = VfioDeviceFeature.allocate(arena, 48);
            VfioDeviceFeatureDmaBuf dmaBuf = new VfioDeviceFeatureDmaBuf(feature.data());
            assertThat(feature.declaredSize()).isEqualTo(56);
            assertThat(place(feature, dmaBuf.range(1).memory())).isEqualTo(40);
            VfioPciHotResetInfo info = VfioPciHotResetInfo.allocate(arena, 2);
            assertThat(info.declaredSize()).isEqualTo(28);
            assertThat(place(info, info.device(1).memory())).isEqualTo(20);
            VfioPciHotReset reset = VfioPciHotReset.allocate(arena, 2).groupFd(1, 7);
            assertThat(reset.declaredSize()).isEqualTo(20);
            assertThat(reset.groupFd(1)).isEqualTo(7);
            assertThat(reset.memory().get(ValueLayout.JAVA_INT, 16)).isEqualTo(7);
        }
    }

    @Test
    void whatFollowsAContainersStructureLiesBehindIt() {
        try (Arena arena = Arena.ofConfined()) {
            VfioIommuType1Info info = VfioIommuType1Info.allocate(arena, 100);
            assertThat(info.declaredSize()).isEqualTo(124);
            VfioIommuType1InfoCapIovaRange iovas =
                    new VfioIommuType1InfoCapIovaRange(info.memory().asSlice(VfioIommuType1Info.SIZE));
            assertThat(place(info, iovas.range(2).memory())).isEqualTo(24 + 16 + 32);
            VfioRegionInfoCapSparseMmap sparse = new VfioRegionInfoCapSparseMmap(iovas.memory());
            assertThat(place(iovas, sparse.area(2).memory())).isEqualTo(48);
            VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocateWithBitmap(arena);
            assertThat(unmap.declaredSize()).isEqualTo(48);
            assertThat(place(unmap, unmap.bitmap().memory())).isEqualTo(24);
            VfioIommuType1DirtyBitmap dirty = VfioIommuType1DirtyBitmap.allocateWithRange(arena);
            assertThat(dirty.declaredSize()).isEqualTo(48);
            assertThat(place(dirty, dirty.range().memory())).isEqualTo(8);
            assertThat(place(dirty, dirty.range().bitmap().memory())).isEqualTo(24);
        }
    }

    private static long place(Struct struct, MemorySegment part) {
        return part.address() - struct.memory().address();
    }
}
