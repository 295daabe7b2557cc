package org.pinion.policy.qemu;

import java.util.Optional;
import org.pinion.api.Access;
import org.pinion.api.Backing;
import org.pinion.api.Route;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate;

/** Tells which memory the kernel would refuse with EFAULT, going by what the classifiers say (mm/gup.c). */
final class Pinning {

    private Pinning() {}

    /** Why the memory of a candidate cannot be pinned for an access; empty if nothing is known to speak against it. */
    static Optional<String> obstacle(Candidate candidate, Access access) {
        return candidate.traits().stream()
                .filter(trait -> forbids(trait, access, candidate))
                .findFirst()
                .map(trait -> "'%s' according to classifier '%s': %s"
                        .formatted(trait.name(), trait.by(), trait.evidence()));
    }

    private static boolean forbids(Trait trait, Access access, Candidate candidate) {
        return switch (trait.name()) {
            case Traits.UNBACKED -> true;
            case Traits.DEVICE_MEMORY ->
                    byAddress(candidate) && !DeviceMemory.followsPageFrames(candidate.planning().backend());
            case Traits.READ_ONLY, Traits.FILE_WRITEBACK -> byAddress(candidate) && access.writable();
            default -> false;
        };
    }

    /** A memory file that goes by its descriptor is pinned whatever its mapping in this process may do. */
    private static boolean byAddress(Candidate candidate) {
        return !(candidate.section().backing() instanceof Backing.MemoryFile
                && candidate.planning().routes().contains(Route.FILE));
    }
}
