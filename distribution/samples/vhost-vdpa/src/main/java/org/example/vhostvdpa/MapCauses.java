package org.example.vhostvdpa;

import java.util.Optional;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/**
 * Why a mapping does not go in. The kernel says {@code EFAULT} whatever the reason is ({@code vhost_chr_write_iter} in
 * drivers/vhost/vhost.c), so that each of its reasons is looked for here.
 */
final class MapCauses {

    private final Memlock memlock;
    private final SharedMemory memory;

    MapCauses(Memlock memlock, SharedMemory memory) {
        this.memlock = memlock;
        this.memory = memory;
    }

    IommuException failing(String operation, VdpaDevice device, ErrnoException failure) {
        if (!(failure instanceof Iotlb.Refused refused)) {
            return Cause.unknown(failure).failing(operation, null, failure);
        }
        return of(device, refused.entry()).failing(operation, refused.entry().range(), failure);
    }

    private Cause of(VdpaDevice device, Iotlb.Entry entry) {
        Learned learned = device.learned();
        if (!learned.range().contains(entry.range())) {
            return new Cause("%s can use %s only".formatted(device.name(), learned.range()), "map inside of it");
        }
        Optional<Cause> shortage = learned.pins() ? memlock.shortage(entry.range().size()) : Optional.empty();
        return shortage
                .or(() -> memory.unpinnable(entry)
                        .map(words -> new Cause(words, "leave it out, or map memory there")))
                .orElseGet(() -> new Cause(
                        "the kernel does not say why; it knows of an entry there that Pinion does not, the memory at %s"
                                .formatted(entry.user())
                                + " cannot be pinned, or it has no memory left",
                        "look into the kernel's log, or open the address space anew"));
    }
}
