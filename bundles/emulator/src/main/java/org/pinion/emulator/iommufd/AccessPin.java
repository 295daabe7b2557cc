package org.pinion.emulator.iommufd;

import java.util.List;
import org.pinion.emulator.host.IovaRange;

/**
 * Pages that a driver has pinned through an address space ({@code struct iopt_pages_access}).
 *
 * @param id a number for the driver's own use
 * @param range the addresses
 * @param pages the pages, area by area
 */
record AccessPin(int id, IovaRange range, List<Piece> pages) {

    /**
     * Pages of one area.
     *
     * @param memory what they belong to
     * @param first the first page
     * @param last the last page
     */
    record Piece(AreaMemory memory, long first, long last) {}

    void unpin() {
        pages.forEach(piece -> piece.memory.unpin(piece.first, piece.last));
    }
}
