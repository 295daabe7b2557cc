package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IommuGeometry;

/** A page table that groups of a container share ({@code struct vfio_domain}). Guarded by the container's lock. */
final class Domain {

    private final IommuGeometry geometry;
    private final List<IommuGroup> groups = new ArrayList<>();

    Domain(IommuGeometry geometry) {
        this.geometry = geometry;
    }

    IommuGeometry geometry() {
        return geometry;
    }

    List<IommuGroup> groups() {
        return groups;
    }
}
