package org.pinion.emulator.syscall;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.uapi.VfioInfoCapHeader;

/** Capabilities that follow a structure of VFIO, one after the other (vfio_info_cap_add in drivers/vfio/vfio_main.c). */
public final class InfoChain {

    private static final int ALIGNMENT = 8;

    private final List<MemorySegment> capabilities = new ArrayList<>();

    /** An empty chain. */
    public InfoChain() {}

    /**
     * Adds a capability of version 1.
     *
     * @param id which it is
     * @param bytes its size
     * @return its place, zeroed but for the header
     */
    public MemorySegment add(int id, int bytes) {
        MemorySegment place = UserMemory.kernelCopy((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        new VfioInfoCapHeader(place).id((short) id).version((short) 1);
        capabilities.add(place);
        return place;
    }

    /**
     * @param first where the chain begins, bytes from the beginning of the structure
     * @return the capabilities, each with the place of the next
     */
    public MemorySegment linked(int first) {
        int bytes = capabilities.stream().mapToInt(one -> (int) one.byteSize()).sum();
        MemorySegment all = UserMemory.kernelCopy(bytes);
        long at = 0;
        for (MemorySegment one : capabilities) {
            MemorySegment.copy(one, 0, all, at, one.byteSize());
            boolean last = at + one.byteSize() == bytes;
            new VfioInfoCapHeader(all.asSlice(at)).next(last ? 0 : (int) (first + at + one.byteSize()));
            at += one.byteSize();
        }
        return all;
    }
}
