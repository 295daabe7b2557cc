package org.pinion.linux.sysfs;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;
import org.pinion.linux.MalformedFileException;

/** Reads {@code /sys/kernel/iommu_groups}. */
public final class IommuGroups {

    private static final String ROOT = "/sys/kernel/iommu_groups";

    private final Kernel kernel;

    /**
     * @param kernel whose groups
     */
    public IommuGroups(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * All groups there are now; one that goes while it is read is left out.
     *
     * @return the groups, sorted by number; none if the machine has no IOMMU
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public List<IommuGroup> all() throws IOException {
        List<IommuGroup> groups = new ArrayList<>();
        for (String name : kernel.list(ROOT)) {
            find(number(name)).ifPresent(groups::add);
        }
        groups.sort(Comparator.comparingInt(IommuGroup::number));
        return List.copyOf(groups);
    }

    /**
     * @param number a group's number
     * @return the group, empty if there is none of that number
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public Optional<IommuGroup> find(int number) throws IOException {
        String path = ROOT + "/" + number;
        String file = path + "/reserved_regions";
        try {
            List<ReservedIovas> reserved = ReservedRegionsText.parse(file, kernel.readFile(file));
            return Optional.of(new IommuGroup(number, kernel.list(path + "/devices"), reserved));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    private static int number(String name) throws MalformedFileException {
        try {
            return Integer.parseUnsignedInt(name);
        } catch (NumberFormatException notANumber) {
            throw new MalformedFileException(ROOT, 1, name, "the number of an IOMMU group");
        }
    }
}
