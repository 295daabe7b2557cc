package org.pinion.emulator.type1;

import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

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

    /** EINVAL if a mapping has more pages than there can be bits. */
    void start() throws SyscallException {
        if (!tracking) {
            for (DmaMapping mapping : mappings.tree().all()) {
                requireBits(mapping);
                mapping.written().clear();
            }
            tracking = true;
        }
    }

    /** EINVAL if written pages are tracked, and it has more pages than there can be bits. */
    void added(DmaMapping mapping) throws SyscallException {
        if (tracking) {
            requireBits(mapping);
        }
    }

    private void requireBits(DmaMapping mapping) throws SyscallException {
        long pages = Long.divideUnsigned(mapping.size(), groups.smallestPage());
        SyscallException.require(pages > 0 && pages <= Integer.MAX_VALUE, Errno.EINVAL);
    }

    void stop() {
        tracking = false;
    }

    /** A group that may have written anywhere has left. */
    void writerLeft() {
        if (tracking) {
            long page = groups.smallestPage();
            mappings.tree().all().forEach(mapping ->
                    mapping.written().set(0, (int) Long.divideUnsigned(mapping.size(), page)));
        }
    }

    /** Writes the bits of a mapping; {@code base} is the address that the bitmap begins with. */
    void tell(DmaMapping mapping, UserBitmap bitmap, long base) throws SyscallException {
        long page = bitmap.pageSize();
        int pages = (int) Long.divideUnsigned(mapping.size(), page);
        if (mapping.shown() && groups.translated()) {
            mapping.written().set(0, pages);
        }
        bitmap.exchange(Long.divideUnsigned(mapping.start() - base, page), pages, mapping.written());
        mapping.written().clear(0, pages);
    }
}
