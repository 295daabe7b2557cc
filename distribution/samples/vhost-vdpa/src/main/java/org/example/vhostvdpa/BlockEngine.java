package org.example.vhostvdpa;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.pinion.api.IommuException;
import org.pinion.api.driver.DmaEngine;

/**
 * Lets the kernel's simulated block device (drivers/vdpa/vdpa_sim/vdpa_sim_blk.c) move bytes: a write to its first
 * sectors reads memory, a read writes it. A device of another name is left alone, since its sectors are somebody's
 * data; those of the simulator are put back in the end.
 */
final class BlockEngine implements DmaEngine {

    private static final String SIMULATOR = "vdpa_blk_sim";
    private static final int SECTOR = 512;
    private static final int NAME_BYTES = 20;
    private static final int SAVED = MOST + 1;

    private final BlockQueue queue;
    private final long scratch;
    private final String name;
    private boolean closed;

    private BlockEngine(BlockQueue queue, long scratch, String name) {
        this.queue = queue;
        this.scratch = scratch;
        this.name = name;
    }

    /** Starts the device, if it is the simulator. */
    static Optional<BlockEngine> open(VdpaDevice device, Duration deadline) throws IommuException {
        BlockQueue queue = BlockQueue.start(device, deadline);
        try {
            String name = name(queue);
            if (name.equals(SIMULATOR)) {
                long scratch = queue.scratchIova();
                queue.require(queue.request(BlockQueue.READ, part(scratch, SAVED, true)), "save its first sectors");
                queue.keepScratch();
                return Optional.of(new BlockEngine(queue, scratch, name));
            }
        } catch (IommuException failure) {
            throw queue.stopAfter(failure);
        }
        queue.stop();
        return Optional.empty();
    }

    private static String name(BlockQueue queue) throws IommuException {
        byte status = queue.request(BlockQueue.NAME, part(queue.scratchIova(), NAME_BYTES, true));
        byte[] name = queue.scratch().asSlice(0, NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
        return status == 0 ? new String(name, StandardCharsets.ISO_8859_1).replace("\0", "") : "";
    }

    private static Virtqueue.Part part(long iova, int length, boolean deviceWrites) {
        return new Virtqueue.Part(iova, length, deviceWrites);
    }

    @Override
    public String description() {
        return "virtio block \"" + name + "\"";
    }

    @Override
    public void toDevice(long iova, int count) throws IommuException {
        move(BlockQueue.WRITE, iova, count);
    }

    @Override
    public void fromDevice(long iova, int count) throws IommuException {
        move(BlockQueue.READ, iova, count);
    }

    /** A request is of whole sectors: what is missing goes to or comes from the engine's own memory. */
    private void move(int type, long iova, int count) throws IommuException {
        int rest = Math.floorMod(-count, SECTOR);
        boolean deviceWrites = type == BlockQueue.READ;
        Virtqueue.Part part = part(iova, count, deviceWrites);
        if (rest == 0) {
            queue.request(type, part);
        } else {
            queue.request(type, part, part(scratch, rest, deviceWrites));
        }
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            queue.restoreScratch();
            queue.require(queue.request(BlockQueue.WRITE, part(scratch, SAVED, false)), "put its first sectors back");
        } catch (IommuException failure) {
            throw queue.stopAfter(failure);
        }
        queue.stop();
    }
}
