package org.pinion.lab.cost;

import java.util.Optional;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.Route;

/**
 * Where all sides do the same.
 *
 * @param backend the backend's name
 * @param device the device that is attached; empty for none
 * @param route by which way memory goes
 * @param memory the memory that is mapped
 */
record Scene(String backend, Optional<String> device, Route route, HostMemory memory) {

    Backing.MemoryFile backing(long offset) {
        return (Backing.MemoryFile) memory.backing().advance(offset);
    }
}
