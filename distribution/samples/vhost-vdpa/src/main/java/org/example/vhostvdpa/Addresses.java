package org.example.vhostvdpa;

import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;

/** Finds where in this process the memory of a mapping is. */
final class Addresses {

    private Addresses() {}

    static long of(String operation, Mapping mapping) throws IommuException {
        long address = address(operation, mapping);
        // A range of 2^64 bytes has a size of 0.
        if (mapping.range().equals(AddressRange.ALL)
                || Long.compareUnsigned(mapping.range().size() - 1, -1L - address) > 0) {
            throw new IommuException(
                    operation,
                    "EFAULT",
                    mapping.range(),
                    "no memory of this process that begins at 0x%x is that long".formatted(address),
                    "map what is there",
                    null);
        }
        return address;
    }

    private static long address(String operation, Mapping mapping) throws IommuException {
        return switch (mapping.backing()) {
            case Backing.UserMemory memory -> memory.address();
            case Backing.MemoryFile file when file.address() != 0 -> file.address();
            default -> throw new IommuException(
                    operation,
                    null,
                    mapping.range(),
                    mapping.backing() + " has no address in this process, and vhost-vdpa takes memory by address",
                    "map it into this process",
                    null);
        };
    }
}
