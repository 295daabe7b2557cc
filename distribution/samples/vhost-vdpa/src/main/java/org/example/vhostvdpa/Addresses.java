package org.example.vhostvdpa;

import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;

/** Finds where in this process the memory of a mapping is. */
final class Addresses {

    private Addresses() {}

    static long of(String operation, Mapping mapping) throws IommuException {
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
