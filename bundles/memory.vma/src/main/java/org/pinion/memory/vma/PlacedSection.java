package org.pinion.memory.vma;

import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Section;

/**
 * A section whose bytes have an address in this process.
 *
 * @param view the addresses at which the section shows
 * @param address the address of its first byte in this process
 */
record PlacedSection(AddressRange view, long address) {

    static Optional<PlacedSection> of(Section section) {
        return switch (section.backing()) {
            case Backing.UserMemory memory -> Optional.of(new PlacedSection(section.range(), memory.address()));
            case Backing.MemoryFile file when file.address() != 0 ->
                Optional.of(new PlacedSection(section.range(), file.address()));
            default -> Optional.empty();
        };
    }

    /** Where the bytes are. Bytes that would lie past the last address are left out. */
    AddressRange memory() {
        long bytesAfterFirst = view.last() - view.start();
        long last = address + bytesAfterFirst;
        return new AddressRange(address, Long.compareUnsigned(last, address) < 0 ? -1L : last);
    }

    /** Where a part of {@link #memory()} shows. */
    AddressRange shows(AddressRange part) {
        return new AddressRange(view.start() + (part.start() - address), view.start() + (part.last() - address));
    }

    /** Where bytes show that would lie past the last address. */
    Optional<AddressRange> beyond() {
        AddressRange reachable = shows(memory());
        return reachable.last() == view.last()
                ? Optional.empty()
                : Optional.of(new AddressRange(reachable.last() + 1, view.last()));
    }
}
