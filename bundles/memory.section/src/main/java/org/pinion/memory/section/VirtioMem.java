package org.pinion.memory.section;

import java.util.Optional;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.Trait;
import org.pinion.api.Traits;

/**
 * What is discarded of a virtio-mem device's memory. QEMU maps such a section block by block, as the guest plugs
 * them; which blocks are plugged is known to nobody outside of QEMU, only how many.
 *
 * @param plugged bytes plugged, unsigned
 * @param most bytes the device can have, unsigned
 * @param block bytes of a block, unsigned
 */
record VirtioMem(long plugged, long most, long block) {

    static Optional<Trait> discarded(Section section) throws IommuException {
        if (!"virtio-mem".equals(section.facts().get(SectionFacts.MEMORY_DEVICE))) {
            return Optional.empty();
        }
        VirtioMem device = new VirtioMem(
                fact(section, SectionFacts.PLUGGED_SIZE),
                fact(section, SectionFacts.MAX_SIZE),
                fact(section, SectionFacts.BLOCK_SIZE));
        return device.plugged == device.most
                ? Optional.empty()
                : Optional.of(Trait.of(section.range(), Traits.DISCARDED, device.evidence()));
    }

    private String evidence() {
        return plugged == 0
                ? "no block of the virtio-mem device is plugged"
                : "%s of %s bytes of the virtio-mem device are plugged, in blocks of %s; which blocks, it does not tell"
                        .formatted(
                                Long.toUnsignedString(plugged),
                                Long.toUnsignedString(most),
                                Long.toUnsignedString(block));
    }

    private static long fact(Section section, String key) throws IommuException {
        String value = section.facts().getOrDefault(key, "");
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw new IommuException(
                    "classify " + section,
                    null,
                    section.range(),
                    "its fact '%s' is \"%s\", not a number of bytes".formatted(key, value),
                    "correct the source that made the section",
                    e);
        }
    }
}
