package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuFacts;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * What a device says of itself once it is open.
 *
 * @param kind the kind of virtio device, a number of virtio_ids.h
 * @param range the addresses that it can use, whole pages
 * @param page bytes of a page
 * @param features the features of the kernel's interface that are in use
 * @param pins whether the kernel pins what is mapped; else the device works by address ({@code use_va}), and what is
 *     mapped must be a file that is mapped shared
 */
record Learned(int kind, AddressRange range, long page, long features, boolean pins) {

    /** What of the kernel's interface the backend knows to use. */
    private static final long USED = Vhost.IOTLB_MSG_V2 | Vhost.IOTLB_BATCH | Vhost.IOTLB_PERSIST;

    /** Asks a device that was just opened, and becomes its owner. */
    static Learned of(Kernel kernel, VhostNode node) throws ErrnoException, NoRoomException {
        node.own();
        long features = node.backendFeatures() & USED;
        node.backendFeatures(features);
        long page = kernel.pageSize();
        AddressRange all = node.iovaRange();
        AddressRange range = all.trimTo(page)
                .filter(whole -> whole.equals(AddressRange.ALL)
                        || Long.compareUnsigned(whole.size(), OwnPages.least(page)) >= 0)
                .orElseThrow(() -> new NoRoomException(all));
        return new Learned(node.deviceId(), range, page, features, pins(kernel, node, range, page));
    }

    /**
     * Whether the kernel pins for the device, which it does not tell: for a device that works by address it passes over
     * memory that is no shared file, and says that all is well ({@code vhost_vdpa_va_map}). So where the same page of
     * anonymous memory goes in twice, it did not go in at all. The device is at rest meanwhile.
     */
    private static boolean pins(Kernel kernel, VhostNode node, AddressRange range, long page) throws ErrnoException {
        MemorySegment memory = kernel.mmap(
                page, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        AddressRange probe = AddressRange.ofSize(OwnPages.at(range, page).start(), page);
        IotlbMessage update = IotlbMessage.update(probe, memory.address(), Access.READ);
        try {
            node.send(update);
            return !goesInAgain(node, update);
        } catch (ErrnoException refused) {
            // Only what is to be pinned can be too much: nothing is ever refused to a device that works by address.
            return true;
        } finally {
            kernel.munmap(memory);
        }
    }

    private static boolean goesInAgain(VhostNode node, IotlbMessage update) throws ErrnoException {
        try {
            node.send(update);
            return true;
        } catch (ErrnoException alreadyThere) {
            node.send(IotlbMessage.invalidate(update.range()));
            return false;
        }
    }

    boolean batches() {
        return (features & Vhost.IOTLB_BATCH) != 0;
    }

    /** {@return whether mappings stay through a reset} */
    boolean persists() {
        return (features & Vhost.IOTLB_PERSIST) != 0;
    }

    /** {@return the pages that the backend keeps to itself} */
    AddressRange own() {
        return OwnPages.at(range, page);
    }

    RangeSet usable() {
        return RangeSet.of(new AddressRange(range.start(), own().start() - 1));
    }

    DeviceLimits limits(String device) {
        List<String> facts = new ArrayList<>();
        if (batches()) {
            facts.add("batched mapping");
        }
        if (persists()) {
            facts.add("mappings stay through a reset");
        }
        facts.add(pins ? "pins what is mapped" : "works by address, pins nothing");
        return new DeviceLimits(
                device,
                usable(),
                page,
                List.of(new ReservedRegion(own(), "vhost-vdpa")),
                List.of(),
                -page,
                new IommuFacts("vdpa IOTLB", IommuFacts.DirtyPages.NONE, 0, facts));
    }

    /** A device that has not even room for what the backend needs itself. */
    static final class NoRoomException extends Exception {

        private static final long serialVersionUID = 1L;

        NoRoomException(AddressRange range) {
            super("it can use only " + range);
        }
    }
}
