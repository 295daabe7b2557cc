package org.pinion.backend.iommufd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.DeviceHandle;

/** What an edu of an emulated machine does by DMA. */
record Dma(EmulatedKernel kernel, DeviceHandle edu) {

    private static final long BUFFER = 0x40000;
    private static final long COUNT = 8;
    private static final int TO_DEVICE = 1;
    private static final int TO_MEMORY = 3;

    /** {@return those of some ranges of which it can read the first and the last bytes} */
    RangeSet reaches(AddressRange... ranges) throws IommuException {
        RangeSet reached = RangeSet.EMPTY;
        for (AddressRange range : ranges) {
            if (reads(range.start()) && reads(range.last() - (COUNT - 1))) {
                reached = reached.union(RangeSet.of(List.of(range)));
            }
        }
        return reached;
    }

    private boolean reads(long iova) throws IommuException {
        int faults = kernel.faults().size();
        transfer(iova, BUFFER, TO_DEVICE);
        return kernel.faults().size() == faults;
    }

    void writes(long iova) throws IommuException {
        transfer(BUFFER, iova, TO_MEMORY);
    }

    private void transfer(long from, long to, int command) throws IommuException {
        put(Vfio.PCI_CONFIG_REGION, 4, 6, Short.BYTES);
        put(0, 0x80, from, Long.BYTES);
        put(0, 0x88, to, Long.BYTES);
        put(0, 0x90, COUNT, Long.BYTES);
        put(0, 0x98, command, Integer.BYTES);
    }

    private void put(int region, long offset, long value, int bytes) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            edu.write(region, offset, arena.allocateFrom(ValueLayout.JAVA_LONG, value).asSlice(0, bytes));
        }
    }
}
