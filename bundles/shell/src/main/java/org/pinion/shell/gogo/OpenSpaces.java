package org.pinion.shell.gogo;

import java.util.List;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.IommuException;

/** Finds the address space that a command is about. */
final class OpenSpaces {

    private final DmaService dma;

    OpenSpaces(DmaService dma) {
        this.dma = dma;
    }

    AddressSpace find(String name) throws IommuException {
        return dma.space(name)
                .orElseThrow(() -> new IommuException(
                        "find address space '" + name + "'", open(), "open it with dma:open " + name));
    }

    /** The space named, or without a name the only one that is open. */
    AddressSpace choose(String... name) throws IommuException {
        if (name.length > 0) {
            return find(name[0]);
        }
        List<AddressSpace> spaces = dma.spaces();
        if (spaces.size() != 1) {
            throw new IommuException(
                    "choose an address space", open(), spaces.isEmpty() ? "open one with dma:open" : "name one");
        }
        return spaces.getFirst();
    }

    private String open() {
        List<String> names =
                dma.spaces().stream().map(space -> space.options().name()).toList();
        return names.isEmpty() ? "no address space is open" : "open are " + String.join(", ", names);
    }
}
