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

    /** If the kernel refuses, the devices are where they were, but for what the failure tells as suppressed. */
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
                failure.addSuppressed(stuck);
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
