package org.pinion.emulator.type1;

import org.pinion.emulator.syscall.SyscallException;

/**
 * Which pages were written: no IOMMU tells, so that every page that a group behind an IOMMU can reach counts as
 * written, always; and once more after such a group has left. Guarded by the container's lock.
 */
final class DirtyPages {

    private final Mappings mappings;
    private final AttachedGroups groups;
    private boolean tracking;

    DirtyPages(Mappings mappings, AttachedGroups groups) {
        this.mappings = mappings;
        this.groups = groups;
    }

    boolean tracking() {
        return tracking;
    }

    void start() {
        if (!tracking) {
            mappings.tree().all().forEach(mapping -> mapping.dirty(false));
            tracking = true;
        }
    }

    void stop() {
        tracking = false;
    }

    /** A group that may have written anywhere has left. */
    void writerLeft() {
        if (tracking) {
            mappings.tree().all().forEach(mapping -> mapping.dirty(true));
        }
    }

    /** Writes the bits of a mapping; {@code base} is the address that the bitmap begins with. */
    void tell(DmaMapping mapping, UserBitmap bitmap, long base) throws SyscallException {
        long page = bitmap.pageSize();
        boolean written = mapping.dirty() || mapping.shown() && groups.translated();
        bitmap.write(Long.divideUnsigned(mapping.start() - base, page), Long.divideUnsigned(mapping.size(), page),
                written);
        mapping.dirty(false);
    }
}
