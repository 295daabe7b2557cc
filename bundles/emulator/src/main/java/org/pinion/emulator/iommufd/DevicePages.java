package org.pinion.emulator.iommufd;

/** Memory of a device, mapped from a dma-buf: never pinned, never charged, and gone for good once revoked. */
final class DevicePages implements AreaMemory {

    private final DmaBuf buffer;
    private final long offset;
    private final long base;
    private final boolean writable;
    private final IommufdContext context;
    private boolean revoked;

    /**
     * @param buffer what it is mapped from, which is not forgotten before these pages are
     * @param offset where in the BAR the first page begins
     * @param base where in the buffer it begins
     * @param writable whether devices may write
     * @param context the iommufd it is mapped in
     */
    DevicePages(DmaBuf buffer, long offset, long base, boolean writable, IommufdContext context) {
        this.buffer = buffer;
        this.offset = offset;
        this.base = base;
        this.writable = writable;
        this.context = context;
    }

    /** Waits for a transfer under way. */
    void revoke() {
        context.lock().lock();
        try {
            revoked = true;
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public long base() {
        return base;
    }

    @Override
    public void pin(long first, long last) {
        // There are no pages to pin; a page table that comes later passes over what is revoked without an error.
    }

    @Override
    public void unpin(long first, long last) {
        // Nothing was pinned.
    }

    @Override
    public boolean shown() {
        return !revoked;
    }

    @Override
    public boolean answers() {
        return buffer.memory().isPresent();
    }

    @Override
    public Chunk locate(long position, long atMost) {
        return new Chunk(buffer.memory().orElseThrow(), offset + position, atMost);
    }
}
