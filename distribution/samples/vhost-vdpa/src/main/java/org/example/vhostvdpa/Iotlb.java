package org.example.vhostvdpa;

import java.util.Collection;
import java.util.List;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.linux.ErrnoException;

/**
 * The IOTLB of one device. Mappings come in batches, so that a device which takes its table as a whole gets it once,
 * and not once for every piece of memory that is contiguous. They go one by one, outside of batches: the kernel unpins
 * a mapping's pages at once, and in a batch the device would still reach them until its end.
 */
final class Iotlb {

    private final VhostNode node;
    private final boolean batches;

    /**
     * @param node the device, open
     * @param batches whether the kernel takes batches
     */
    Iotlb(VhostNode node, boolean batches) {
        this.node = node;
        this.batches = batches;
    }

    /**
     * An entry.
     *
     * @param range the IO virtual addresses
     * @param address where the memory is in this process
     * @param access what the device may do
     */
    record Entry(AddressRange range, long address, Access access) {

        /** {@return where the memory is in this process} */
        AddressRange user() {
            return AddressRange.ofSize(address, range.size());
        }
    }

    /**
     * Adds entries: all of them, or none.
     *
     * @throws Refused if the kernel does not take one
     * @throws Stuck if some of them may be left, since the kernel did not take them back either
     * @throws ErrnoException if the kernel takes no batch
     */
    void add(Collection<Entry> entries) throws ErrnoException {
        int done = 0;
        begin();
        try {
            for (Entry entry : entries) {
                update(entry);
                done++;
            }
            end();
        } catch (ErrnoException failure) {
            takeBack(List.copyOf(entries).subList(0, done), failure);
            throw failure;
        }
    }

    private void update(Entry entry) throws ErrnoException {
        try {
            node.send(IotlbMessage.update(entry.range(), entry.address(), entry.access()));
        } catch (ErrnoException failure) {
            throw new Refused(entry, failure);
        }
    }

    /** The batch ends first, so that what goes is gone for the device at once. */
    private void takeBack(List<Entry> entries, ErrnoException failure) throws Stuck {
        try {
            end();
            for (Entry entry : entries) {
                remove(entry.range());
            }
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
            throw new Stuck(failure);
        }
    }

    /**
     * Removes entries. The kernel removes every entry of which a byte is in the range, whole.
     *
     * @param range all of the addresses of one entry or several
     */
    void remove(AddressRange range) throws ErrnoException {
        node.send(IotlbMessage.invalidate(range));
    }

    private void begin() throws ErrnoException {
        if (batches) {
            node.send(IotlbMessage.of(IotlbMessage.Type.BATCH_BEGIN));
        }
    }

    private void end() throws ErrnoException {
        if (batches) {
            node.send(IotlbMessage.of(IotlbMessage.Type.BATCH_END));
        }
    }

    /** An entry that the kernel did not take. */
    static final class Refused extends ErrnoException {

        private static final long serialVersionUID = 1L;

        private final transient Entry entry;

        Refused(Entry entry, ErrnoException answer) {
            super("VHOST_IOTLB_UPDATE of " + entry.range(), answer.errno());
            initCause(answer);
            this.entry = entry;
        }

        Entry entry() {
            return entry;
        }
    }

    /** Some entries may be left of those that were not taken all. */
    static final class Stuck extends ErrnoException {

        private static final long serialVersionUID = 1L;

        private final ErrnoException first;

        Stuck(ErrnoException first) {
            super("taking back what was mapped before it failed", first.errno());
            initCause(first);
            this.first = first;
        }

        /** {@return why they were not taken all, with why they are left as suppressed} */
        ErrnoException first() {
            return first;
        }
    }
}
