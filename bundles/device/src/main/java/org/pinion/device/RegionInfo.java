package org.pinion.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioRegionInfo;
import org.pinion.linux.uapi.VfioRegionInfoCapSparseMmap;
import org.pinion.linux.uapi.VfioRegionSparseMmapArea;

/** Asks a device about one region, with the capabilities that follow the structure. */
final class RegionInfo {

    private final MemorySegment memory;
    private final VfioRegionInfo info;
    private final List<RegionArea> areas = new ArrayList<>();
    private boolean sparse;
    private boolean msixMappable;

    private RegionInfo(MemorySegment memory) {
        this.memory = memory;
        this.info = new VfioRegionInfo(memory);
    }

    /** Asks twice where there are capabilities: the first answer tells how much room they need. */
    static DeviceRegion ask(VfioDevice device, int index) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            RegionInfo first = ask(device, index, arena.allocate(VfioRegionInfo.SIZE, Long.BYTES));
            int needed = first.info.declaredSize();
            boolean more = first.has(Vfio.REGION_CAPS) && needed > VfioRegionInfo.SIZE;
            return (more ? ask(device, index, arena.allocate(needed, Long.BYTES)) : first).read();
        }
    }

    private static RegionInfo ask(VfioDevice device, int index, MemorySegment memory) throws ErrnoException {
        RegionInfo asked = new RegionInfo(memory);
        asked.info.declareSize((int) memory.byteSize());
        asked.info.index(index);
        device.check("ask about region " + index, device.ioctl(Vfio.DEVICE_GET_REGION_INFO, asked.info));
        return asked;
    }

    private DeviceRegion read() {
        if (has(Vfio.REGION_CAPS)) {
            readCapabilities();
        }
        return new DeviceRegion(
                info.index(),
                info.size(),
                info.offset(),
                has(Vfio.REGION_READ),
                has(Vfio.REGION_WRITE),
                mappable(),
                msixMappable);
    }

    private boolean has(int flag) {
        return (info.flags() & flag) != 0;
    }

    private List<RegionArea> mappable() {
        if (!has(Vfio.REGION_MMAP) || info.size() == 0) {
            return List.of();
        }
        return sparse ? areas : List.of(new RegionArea(0, info.size()));
    }

    /** The offsets in the chain are from the structure's start and only go up; 0 ends it. */
    private void readCapabilities() {
        int at = info.capOffset();
        while (at >= VfioRegionInfo.SIZE && at + VfioInfoCapHeader.SIZE <= memory.byteSize()) {
            VfioInfoCapHeader header = new VfioInfoCapHeader(memory.asSlice(at));
            switch (header.id()) {
                case Vfio.REGION_CAP_SPARSE_MMAP -> readAreas(new VfioRegionInfoCapSparseMmap(memory.asSlice(at)));
                case Vfio.REGION_CAP_MSIX_MAPPABLE -> msixMappable = true;
                default -> { }
            }
            if (header.next() <= at) {
                return;
            }
            at = header.next();
        }
    }

    private void readAreas(VfioRegionInfoCapSparseMmap list) {
        sparse = true;
        for (int i = 0; i < list.nrAreas(); i++) {
            VfioRegionSparseMmapArea area = list.area(i);
            if (area.size() != 0) {
                areas.add(new RegionArea(area.offset(), area.size()));
            }
        }
    }
}
