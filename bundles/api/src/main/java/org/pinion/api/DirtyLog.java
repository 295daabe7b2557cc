package org.pinion.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Tells which pages of an address space devices have written, from {@link AddressSpace#logDirtyPages} until it is
 * closed. Whoever copies memory while devices write it copies everything once, and then, again and again, what the log
 * tells.
 *
 * <p>What a page is told for is not lost: pages that are unmapped meanwhile, and pages written by a device that was
 * detached meanwhile, are told the next time. Nothing is told twice, unless it was written again or {@link #exact}
 * says that this cannot be known. Methods may be called from any thread; they wait for their turn as changes do.
 */
@ProviderType
public interface DirtyLog extends AutoCloseable {

    /** {@return bytes that the kernel keeps a bit for, a power of two: the least page that can be asked for} */
    long pageSize();

    /**
     * Whether only what was written is told.
     *
     * @return whether it is, but for mappings that were removed or cut since, all of which counts as written; if not,
     *     the kernel counts everything as written that a device can write
     */
    boolean exact();

    /**
     * Tells which pages were written since they were told last, and begins anew for them.
     *
     * @param range which addresses; start and end are multiples of {@code page}, and some or all of them may be
     *     unmapped
     * @param page bytes, a power of two, {@link #pageSize()} or more: what was written is told in whole pages of this
     *     size
     * @return the pages that were written, all of them in the range
     * @throws IommuException if the range or the page does not fit, the log or the space is closed, or the kernel does
     *     not tell: then what was written is told the next time
     */
    RangeSet take(AddressRange range, long page) throws IommuException;

    /**
     * Ends the log; what was not told is forgotten. Closing twice, or after the space was closed, does nothing.
     *
     * @throws IommuException if the kernel does not end it; the log is closed all the same
     */
    @Override
    void close() throws IommuException;
}
