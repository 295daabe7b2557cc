package org.example.vhostvdpa;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * An open device with what it reaches. Its methods may be called from any thread: a reset, which a driver asks for, and
 * a change of the mappings come one after the other.
 */
final class VdpaDevice implements AutoCloseable {

    private final Kernel kernel;
    private final VdpaBus.Entry entry;
    private final VhostNode node;
    private final Learned learned;
    private final Iotlb iotlb;
    private final TreeMap<AddressRange, Iotlb.Entry> entries = new TreeMap<>();
    private OwnPages own;
    private boolean driven;
    private volatile boolean ended;

    private VdpaDevice(Kernel kernel, VdpaBus.Entry entry, VhostNode node, Learned learned) {
        this.kernel = kernel;
        this.entry = entry;
        this.node = node;
        this.learned = learned;
        this.iotlb = new Iotlb(node, learned.batches());
    }

    /** Opens a device, which resets it, and asks it. Nothing stays open if that fails. */
    static VdpaDevice open(Kernel kernel, VdpaBus.Entry entry, LongAdder calls)
            throws ErrnoException, Learned.NoRoomException {
        VhostNode node = VhostNode.open(kernel, entry.node().orElseThrow(), calls);
        try {
            return new VdpaDevice(kernel, entry, node, Learned.of(kernel, node));
        } catch (ErrnoException | Learned.NoRoomException | RuntimeException failure) {
            try {
                node.close();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    /** Goes on with a device that is open; the kernel is asked nothing. */
    static VdpaDevice adopt(Kernel kernel, VdpaBus.Entry entry, VhostNode node, Learned learned) {
        return new VdpaDevice(kernel, entry, node, learned);
    }

    /** It was attached already, and reaches this. */
    synchronized void goOnWith(OwnPages pages, Collection<Iotlb.Entry> mapped) {
        own = pages;
        Iotlb.Entry guard = pages.guard();
        entries.put(guard.range(), guard);
        mapped.forEach(there -> entries.put(there.range(), there));
    }

    String name() {
        return entry.name();
    }

    VdpaBus.Entry entry() {
        return entry;
    }

    Learned learned() {
        return learned;
    }

    VhostNode node() {
        return node;
    }

    /** {@return which device it is, as it says itself} */
    HostDevice host() {
        return new HostDevice(
                name(), Vhost.kind(learned.kind()) + " at " + node.path(), -1, entry.driver(), !learned.pins());
    }

    /** Lets a device that reaches nothing reach some memory: all of it, or nothing. */
    synchronized void admit(Collection<Iotlb.Entry> mapped) throws ErrnoException {
        OwnPages pages = OwnPages.allocate(kernel, name(), learned.own());
        List<Iotlb.Entry> all = new ArrayList<>(List.of(pages.guard()));
        all.addAll(mapped);
        try {
            add(all);
        } catch (ErrnoException failure) {
            try {
                pages.close();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
        own = pages;
    }

    synchronized void add(Collection<Iotlb.Entry> more) throws ErrnoException {
        iotlb.add(more);
        more.forEach(added -> entries.put(added.range(), added));
    }

    /** Removes an entry, whole: the kernel would remove it whole if only a part were named. */
    synchronized void remove(AddressRange range) throws ErrnoException {
        iotlb.remove(range);
        entries.remove(range);
    }

    /** Resets the device. Where that takes its mappings away, they are made again before anybody can start it. */
    synchronized void reset() throws ErrnoException {
        node.status(0);
        if (!learned.persists()) {
            for (AddressRange range : entries.keySet()) {
                iotlb.remove(range);
            }
            iotlb.add(entries.values());
        }
    }

    /** {@return the pages for a virtqueue, of an attached device} */
    OwnPages own() {
        return own;
    }

    /** {@return whether somebody drives it by a virtqueue now} */
    synchronized boolean driven() {
        return driven;
    }

    /** {@return whether it is the caller's to drive, until {@link #rest}; not if somebody drives it already} */
    synchronized boolean drive() {
        boolean free = !driven;
        driven = true;
        return free;
    }

    /** Nobody drives it any more. */
    synchronized void rest() {
        driven = false;
    }

    Doorbell doorbell() throws ErrnoException {
        return new Doorbell(kernel);
    }

    /** {@return bytes that the kernel keeps pinned for it} */
    synchronized long pinnedBytes() {
        return learned.pins() ? entries.keySet().stream().mapToLong(AddressRange::size).sum() : 0;
    }

    /** {@return whether it is closed: its descriptor may be somebody else's by now} */
    boolean ended() {
        return ended;
    }

    /** Closes the device; the kernel takes its mappings down. */
    @Override
    public synchronized void close() throws ErrnoException {
        ended = true;
        entries.clear();
        try {
            node.close();
        } finally {
            if (own != null) {
                own.close();
            }
        }
    }
}
