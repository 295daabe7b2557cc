package org.pinion.backend.iommufd;

import java.util.List;
import org.pinion.linux.ErrnoException;

/**
 * Moves the attached devices of an IOMMU group from one IOAS to another. Where the kernel makes a page table for an
 * attached device alone (see {@link Scratch#pins}), it cannot be put in place of the old one: there the devices leave
 * one IOAS and enter the other, and reach nothing in between.
 *
 * @param pageTables the page tables
 * @param group the devices
 */
record Moving(PageTables pageTables, List<OpenDevice> group) {

    /** The devices could neither be moved nor brought back. */
    static final class Lost extends ErrnoException {

        private static final long serialVersionUID = 1L;

        Lost(ErrnoException failure, ErrnoException stuck) {
            super("VFIO_DEVICE_ATTACH_IOMMUFD_PT", failure.errno());
            addSuppressed(failure);
            addSuppressed(stuck);
        }
    }

    /** If the kernel refuses, the devices are where they were, or it is {@link Lost}. */
    void run(MappedIoas from, MappedIoas to) throws ErrnoException {
        if (group.getFirst().pinsAside()) {
            pageTables.move(group, to);
            return;
        }
        try {
            leave();
            enter(to);
        } catch (ErrnoException failure) {
            try {
                leave();
                enter(from);
            } catch (ErrnoException stuck) {
                throw new Lost(failure, stuck);
            }
            throw failure;
        }
    }

    /** To detach a device that is not attached does nothing. */
    private void leave() throws ErrnoException {
        for (OpenDevice device : group) {
            pageTables.detach(device);
        }
    }

    private void enter(MappedIoas ioas) throws ErrnoException {
        for (OpenDevice device : group) {
            pageTables.attach(device, ioas);
        }
    }
}
