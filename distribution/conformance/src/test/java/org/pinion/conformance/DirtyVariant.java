package org.pinion.conformance;

/** How much memory is tracked: from half a byte of a bitmap to more than a page of it. */
enum DirtyVariant {
    DIRTY_8K("domain_dirty8k", 8 << 10, false),
    DIRTY_16K("domain_dirty16k", 16 << 10, false),
    DIRTY_64K("domain_dirty64k", 64 << 10, false),
    DIRTY_128K("domain_dirty128k", 128 << 10, false),
    DIRTY_320K("domain_dirty320k", 320 << 10, false),
    DIRTY_64M("domain_dirty64M", 64 << 20, false),
    DIRTY_64M_HUGE("domain_dirty64M_huge", 64 << 20, true),
    DIRTY_128M("domain_dirty128M", 128 << 20, false),
    DIRTY_128M_HUGE("domain_dirty128M_huge", 128 << 20, true);

    final long bytes;
    final boolean hugePages;
    private final String text;

    DirtyVariant(String text, long bytes, boolean hugePages) {
        this.text = text;
        this.bytes = bytes;
        this.hugePages = hugePages;
    }

    @Override
    public String toString() {
        return text;
    }
}
