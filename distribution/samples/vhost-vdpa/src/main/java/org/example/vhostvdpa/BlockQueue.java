package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/**
 * The first virtqueue of a virtio block device that runs, with the request's header and status beside it in the pages
 * that the backend keeps to itself. Used by one thread.
 */
final class BlockQueue {

    static final int READ = 0;
    static final int WRITE = 1;
    static final int NAME = 8;

    private static final long HEADER = Virtqueue.BYTES;
    private static final int HEADER_BYTES = 16;
    private static final long STATUS = HEADER + HEADER_BYTES;
    private static final byte UNANSWERED = (byte) 0xff;
    private static final long POLL_NANOS = 50_000;

    private final VdpaDevice device;
    private final Duration deadline;
    private final MemorySegment memory;
    private final long iova;
    private final Virtqueue ring;
    private final Doorbell doorbell;
    private byte[] kept = {};

    private BlockQueue(VdpaDevice device, Duration deadline, Doorbell doorbell) {
        this.device = device;
        this.deadline = deadline;
        this.doorbell = doorbell;
        this.memory = device.own().queueMemory();
        this.iova = device.own().queue().range().start();
        memory.fill((byte) 0);
        this.ring = new Virtqueue(memory.asSlice(0, Virtqueue.BYTES), iova);
    }

    /**
     * Negotiates and starts the device, of which nobody else may have one: its pages for a virtqueue are there once. If
     * that fails it is at rest, with nothing of the queue mapped.
     */
    static BlockQueue start(VdpaDevice device, Duration deadline) throws IommuException {
        String operation = "start the virtqueue of " + device.name();
        if (!device.drive()) {
            throw new IommuException(operation, "it is driven already", "close the engine that drives it");
        }
        BlockQueue queue = new BlockQueue(device, deadline, doorbell(operation, device));
        try {
            queue.start();
            return queue;
        } catch (ErrnoException failure) {
            throw queue.stopAfter(Cause.unknown(failure).failing(operation, null, failure));
        }
    }

    private static Doorbell doorbell(String operation, VdpaDevice device) throws IommuException {
        try {
            return device.doorbell();
        } catch (ErrnoException failure) {
            device.rest();
            throw Cause.unknown(failure).failing(operation, null, failure);
        }
    }

    private void start() throws ErrnoException {
        VhostNode node = device.node();
        device.add(List.of(device.own().queue()));
        node.status(Vhost.STATUS_ACKNOWLEDGE | Vhost.STATUS_DRIVER);
        node.features(node.features() & (Vhost.VIRTIO_F_VERSION_1 | Vhost.VIRTIO_F_ACCESS_PLATFORM));
        node.status(node.status() | Vhost.STATUS_FEATURES_OK);
        node.vring("VHOST_SET_VRING_NUM", Vhost.SET_VRING_NUM, 0, Virtqueue.SIZE);
        node.vring("VHOST_SET_VRING_BASE", Vhost.SET_VRING_BASE, 0, 0);
        node.vringAddress(0, ring.descriptors(), ring.used(), ring.available());
        node.vring("VHOST_SET_VRING_KICK", Vhost.SET_VRING_KICK, 0, doorbell.fd());
        node.vring("VHOST_VDPA_SET_VRING_ENABLE", Vhost.VDPA_SET_VRING_ENABLE, 0, 1);
        node.status(node.status() | Vhost.STATUS_DRIVER_OK);
    }

    /** {@return where the device finds the page for whatever else is to be shown} */
    long scratchIova() {
        return iova + memory.byteSize() / 2;
    }

    /** {@return that page} */
    MemorySegment scratch() {
        return memory.asSlice(memory.byteSize() / 2);
    }

    /** Remembers what is in the page. */
    void keepScratch() {
        kept = scratch().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Puts back into the page what {@link #keepScratch} remembered. */
    void restoreScratch() {
        scratch().copyFrom(MemorySegment.ofArray(kept));
    }

    /**
     * Has the device carry out a request from sector 0 on.
     *
     * @param type {@link #READ}, {@link #WRITE} or {@link #NAME}
     * @param data what it reads or writes
     * @return 0 if the device says that it did so
     */
    byte request(int type, Virtqueue.Part... data) throws IommuException {
        MemorySegment header = memory.asSlice(HEADER, HEADER_BYTES).fill((byte) 0);
        header.set(ValueLayout.JAVA_INT, 0, type);
        memory.set(ValueLayout.JAVA_BYTE, STATUS, UNANSWERED);
        List<Virtqueue.Part> parts = new ArrayList<>();
        parts.add(new Virtqueue.Part(iova + HEADER, HEADER_BYTES, false));
        parts.addAll(Arrays.asList(data));
        parts.add(new Virtqueue.Part(iova + STATUS, 1, true));
        ring.offer(parts);
        String operation = "DMA by " + device.name();
        try {
            doorbell.ring();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, null, failure);
        }
        await(operation);
        return memory.get(ValueLayout.JAVA_BYTE, STATUS);
    }

    private void await(String operation) throws IommuException {
        long start = System.nanoTime();
        while (!ring.isDone()) {
            if (System.nanoTime() - start > deadline.toNanos()) {
                throw new IommuException(
                        operation,
                        "the device was not done after " + deadline.toMillis() + " ms",
                        "look into the kernel's log");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    void require(byte status, String what) throws IommuException {
        if (status != 0) {
            throw new IommuException(
                    what + " of " + device.name(), "the device says that it could not (status " + status + ")", "");
        }
    }

    /** Leaves the device at rest, as it was found. */
    void stop() throws IommuException {
        try {
            try {
                device.reset();
                device.remove(device.own().queue().range());
            } finally {
                device.rest();
                doorbell.close();
            }
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing("stop the virtqueue of " + device.name(), null, failure);
        }
    }

    /** The same after something failed, which is what is to be told. */
    IommuException stopAfter(IommuException failure) {
        try {
            stop();
        } catch (IommuException second) {
            failure.addSuppressed(second);
        }
        return failure;
    }
}
