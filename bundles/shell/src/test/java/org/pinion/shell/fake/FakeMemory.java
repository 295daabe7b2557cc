package org.pinion.shell.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;

/** Allocates memory files that are numbered from 0, and counts those not yet given back. */
public final class FakeMemory implements HostMemoryAllocator {

    public final List<String> allocated = new ArrayList<>();
    private final List<MemorySegment> files = new ArrayList<>();
    /** The memory behind BAR 2 of devices that have one. */
    public final Map<String, MemorySegment> bars = new HashMap<>();

    private int open;

    @Override
    public HostMemory allocate(String name, long size) throws IommuException {
        if (size > 1L << 30) {
            throw new IommuException("allocate 0x" + Long.toHexString(size) + " bytes for " + name, "out of memory", "");
        }
        allocated.add(name + ":0x" + Long.toHexString(size));
        MemorySegment segment = Arena.ofAuto().allocate(size, 4096);
        Backing backing = new Backing.MemoryFile(files.size(), 0, segment.address());
        files.add(segment);
        open++;
        return new Memory(segment, backing);
    }

    public int open() {
        return open;
    }

    /** The bytes of a backing that came from here. */
    public MemorySegment of(Backing backing, long size) {
        return switch (backing) {
            case Backing.DeviceBar bar -> bars.get(bar.device()).asSlice(bar.offset(), size);
            case Backing.MemoryFile file -> files.get(file.fd()).asSlice(file.offset(), size);
            default -> throw new AssertionError("no memory is behind " + backing);
        };
    }

    private final class Memory implements HostMemory {

        private final MemorySegment segment;
        private final Backing backing;
        private boolean closed;

        Memory(MemorySegment segment, Backing backing) {
            this.segment = segment;
            this.backing = backing;
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public Backing backing() {
            return backing;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open--;
            }
        }
    }
}
