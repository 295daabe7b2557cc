package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import org.pinion.api.SpaceSnapshot;

/** What the kernel really holds, found out by its own requests. */
interface KernelTable {

    static KernelTable of(String backend, Tap tap) {
        return backend.equals("vfio") ? new ContainerTable(tap) : new IoasTable(tap);
    }

    /** Checks that the kernel has, without a gap, what a space says is installed. */
    void assertHas(SpaceSnapshot said, String when);

    /** Has the kernel remove everything, and says how many bytes that were. */
    long unmapAll();

    /** Checks that the kernel has what a space says is installed, and nothing else. */
    default void assertHasExactly(SpaceSnapshot said, String when) {
        assertHas(said, when);
        long bytes = said.table().stream().mapToLong(mapping -> mapping.range().size()).sum();
        assertThat(unmapAll()).as("%s: bytes mapped in the kernel", when).isEqualTo(bytes);
    }
}
