package org.pinion.memory.vma;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;

/**
 * Says of sections that have an address in this process what {@code /proc/self/smaps} says about that memory. The
 * file is read at most once a call; not if no section has an address, nor if the kernel confirms that what was read
 * before still holds for all of them. Other sections get no trait from here.
 */
@Component
@ClassifierName("vma")
public final class VmaClassifier implements MemoryClassifier {

    private final Kernel kernel;
    private final RememberedAreas remembered;

    /**
     * @param kernel whose {@code /proc}
     */
    @Activate
    public VmaClassifier(@Reference Kernel kernel) {
        this.kernel = kernel;
        this.remembered = new RememberedAreas(kernel);
    }

    @Deactivate
    void stop() {
        remembered.close();
    }

    @Override
    public Collection<Trait> classify(List<Section> sections) throws IommuException {
        List<PlacedSection> placed = sections.stream()
                .flatMap(section -> PlacedSection.of(section).stream())
                .toList();
        if (placed.isEmpty()) {
            return List.of();
        }
        Optional<Collection<Trait>> known = remembered.traits(placed);
        return known.isPresent() ? known.get() : read().traits(placed);
    }

    private Classification read() throws IommuException {
        ProcessMemory self = new ProcessMemory(kernel);
        try {
            AreaMap areas = new AreaMap(self.areas());
            FileSystems fileSystems = mounts(self);
            Gaps gaps = new FileEnd(kernel, fileSystems).and(new GuardPages(kernel));
            remembered.remember(
                    areas, new Classification(areas, fileSystems, kernel.pageSize(), (area, part) -> List.of()));
            return new Classification(areas, fileSystems, kernel.pageSize(), gaps);
        } catch (IOException unreadable) {
            throw new IommuException(
                    "classify memory by " + ProcessMemory.SMAPS,
                    null,
                    null,
                    "it cannot be read (" + words(unreadable) + ")",
                    "mount /proc, and allow this process to read it",
                    unreadable);
        }
    }

    /** A process that may not see its mounts gets the cautious answer about files that only a mount could explain. */
    private static FileSystems mounts(ProcessMemory self) {
        try {
            return FileSystems.of(self.mounts());
        } catch (IOException unreadable) {
            return FileSystems.unknown(words(unreadable));
        }
    }

    /** Java's exceptions about files say only which file it was. */
    private static String words(IOException unreadable) {
        return switch (unreadable) {
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case NoSuchFileException absent -> absent.getFile() + ": no such file";
            default -> unreadable.getMessage();
        };
    }
}
