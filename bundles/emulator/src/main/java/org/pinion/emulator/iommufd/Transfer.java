package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * One transfer of a device: every address is translated before the first byte moves. Whoever runs it keeps others from
 * changing what is mapped.
 */
public final class Transfer {

    private final LongFunction<? extends Translated> mapped;
    private final long iova;
    private final MemorySegment buffer;
    private final boolean toMemory;
    private final List<Chunk> chunks = new ArrayList<>(1);

    /**
     * @param mapped what is mapped at an address, or null
     * @param iova where, an IO virtual address
     * @param buffer the device's bytes
     * @param toMemory whether the device writes memory; else it reads it
     */
    public Transfer(LongFunction<? extends Translated> mapped, long iova, MemorySegment buffer, boolean toMemory) {
        this.mapped = mapped;
        this.iova = iova;
        this.buffer = buffer;
        this.toMemory = toMemory;
    }

    /** {@return why it was not done, empty if it was} */
    public Optional<TransferFault> run() {
        Optional<TransferFault> fault = translate();
        if (fault.isEmpty()) {
            move();
        }
        return fault;
    }

    private Optional<TransferFault> translate() {
        long done = 0;
        while (done < buffer.byteSize()) {
            Translated area = mapped.apply(iova + done);
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

    private Optional<TransferFault> check(Translated area) {
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
