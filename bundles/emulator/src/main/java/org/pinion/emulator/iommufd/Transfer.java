package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One transfer of a device: every address is translated before the first byte moves. Guarded by the iommufd's lock. */
final class Transfer {

    private final Ioas ioas;
    private final long iova;
    private final MemorySegment buffer;
    private final boolean toMemory;
    private final List<Chunk> chunks = new ArrayList<>(1);

    Transfer(Ioas ioas, long iova, MemorySegment buffer, boolean toMemory) {
        this.ioas = ioas;
        this.iova = iova;
        this.buffer = buffer;
        this.toMemory = toMemory;
    }

    /** Does it; says why not if it cannot. */
    Optional<TransferFault> run() {
        Optional<TransferFault> fault = translate();
        if (fault.isEmpty()) {
            move();
        }
        return fault;
    }

    private Optional<TransferFault> translate() {
        long done = 0;
        while (done < buffer.byteSize()) {
            Area area = ioas.areaAt(iova + done);
            Optional<TransferFault> fault = check(area);
            if (fault.isPresent()) {
                return fault;
            }
            Chunk chunk = area.locate(iova + done, buffer.byteSize() - done);
            chunks.add(chunk);
            done += chunk.bytes();
        }
        return Optional.empty();
    }

    private Optional<TransferFault> check(Area area) {
        if (area == null) {
            return Optional.of(TransferFault.NOT_MAPPED);
        }
        if (!area.answers()) {
            return Optional.of(TransferFault.REGISTERS);
        }
        if (toMemory) {
            return area.writable() ? Optional.empty() : Optional.of(TransferFault.READ_ONLY);
        }
        return area.readable() ? Optional.empty() : Optional.of(TransferFault.NOT_READABLE);
    }

    private void move() {
        long at = 0;
        for (Chunk chunk : chunks) {
            MemorySegment part = buffer.asSlice(at, chunk.bytes());
            if (toMemory) {
                chunk.memory().write(chunk.offset(), part);
            } else {
                chunk.memory().read(chunk.offset(), part);
            }
            at += chunk.bytes();
        }
    }
}
