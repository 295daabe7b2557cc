package org.pinion.memory.section;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.Access;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;

/**
 * Says what follows from a section's kind, access, backing and facts. A pure function, so safe for any number of
 * threads; it fails only if a source put a fact that is not what {@link SectionFacts} promises.
 */
@Component
@ClassifierName("section")
public final class SectionClassifier implements MemoryClassifier {

    private static final long PAGE = 4096;

    @Override
    public Collection<Trait> classify(List<Section> sections) throws IommuException {
        List<Trait> traits = new ArrayList<>();
        for (Section section : sections) {
            byKind(section, traits);
            byFacts(section, traits);
            VirtioMem.discarded(section).ifPresent(traits::add);
        }
        return traits;
    }

    private static void byKind(Section section, List<Trait> traits) {
        if (section.backing() instanceof Backing.DmaBuf) {
            traits.add(Trait.of(section.range(), Traits.DMA_BUF, "its backing is " + section.backing()));
        } else if (isDeviceMemory(section)) {
            traits.add(Trait.of(section.range(), Traits.DEVICE_MEMORY, deviceEvidence(section)));
        } else if (isVmmMemory(section)) {
            traits.add(Trait.of(
                    section.range(),
                    Traits.GUP_ABLE,
                    "the section is " + section.kind().symbol() + ", which a VMM keeps in normal memory"));
        }
        if (section.access() == Access.READ) {
            traits.add(Trait.of(section.range(), Traits.READ_ONLY, "its owner gives it read-only"));
        }
        if (section.backing() != Backing.NONE && isSubPage(section)) {
            traits.add(Trait.of(section.range(), Traits.SUB_PAGE, "%s backed by %s is not in whole pages of %d bytes"
                    .formatted(section.range(), section.backing(), PAGE)));
        }
    }

    private static boolean isDeviceMemory(Section section) {
        return section.kind() == SectionKind.RAM_DEVICE || section.backing() instanceof Backing.DeviceBar;
    }

    private static String deviceEvidence(Section section) {
        return section.backing() instanceof Backing.DeviceBar bar
                ? "its backing is BAR %d of %s".formatted(bar.bar(), bar.device())
                : "the section is a device's memory (ramd)";
    }

    private static boolean isVmmMemory(Section section) {
        boolean memory = section.kind() == SectionKind.RAM || section.kind() == SectionKind.ROM;
        return memory && section.backing() != Backing.NONE;
    }

    private static boolean isSubPage(Section section) {
        long misaligned = section.range().start() | section.range().size() | section.backing().position();
        return (misaligned & (PAGE - 1)) != 0;
    }

    private static void byFacts(Section section, List<Trait> traits) {
        if (Boolean.parseBoolean(section.facts().get(SectionFacts.PROTECTED))) {
            traits.add(Trait.of(section.range(), Traits.PROTECTED, "the source says that the guest encrypts it"));
        }
        String roots = section.facts().get(SectionFacts.TRANSLATED_BY);
        if (roots != null) {
            traits.add(Trait.of(section.range(), Traits.TRANSLATED,
                    "the guest's virtual IOMMU translates for %s: devices there see what the guest's driver maps"
                            .formatted(roots.replace(",", ", "))));
        }
        if (Boolean.parseBoolean(section.facts().get(SectionFacts.NONVOLATILE))) {
            traits.add(Trait.of(section.range(), Traits.NONVOLATILE, "the source says that it is persistent memory"));
        }
    }
}
