package org.pinion.device.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.pinion.linux.Kernel;

/** Finds the processes that have a device or a group open, as {@code /proc} shows them to this process. */
public final class Holders {

    /** Who uses a group has it in a container or an iommufd, so also one of these files open. */
    private static final List<String> CONTAINERS = List.of("vfio", "iommu");

    private final Kernel kernel;

    /**
     * @param kernel the kernel whose {@code /proc} is looked at
     */
    public Holders(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * @param cdev a character device
     * @param own how often the caller has it open itself
     * @return the other holders, such as {@code process 4711}; empty if none is seen
     */
    public String ofDevice(String cdev, int own) {
        String name = lastName(cdev);
        return holders(own, open -> open.stream().filter(name::equals).count());
    }

    /**
     * @param group the file of a group, such as {@code /dev/vfio/4}, that could not be opened
     * @return its holders, such as {@code process 4711}; empty if none is seen
     */
    public String ofGroup(String group) {
        String name = lastName(group);
        // A link's last name is all that is seen, and a number alone may be a terminal's.
        return holders(
                0,
                open -> CONTAINERS.stream().anyMatch(open::contains)
                        ? open.stream().filter(name::equals).count()
                        : 0);
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private String holders(long own, ToLongFunction<List<String>> counted) {
        List<String> holders = new ArrayList<>();
        for (String process : list("/proc")) {
            long count = process.chars().allMatch(Character::isDigit) ? counted.applyAsLong(open(process)) : 0;
            if (process.equals(Long.toString(ProcessHandle.current().pid()))) {
                if (count > own) {
                    holders.add("another address space of this process");
                }
            } else if (count > 0) {
                holders.add("process " + process);
            }
        }
        return String.join(", ", holders);
    }

    private List<String> open(String process) {
        String directory = "/proc/" + process + "/fd";
        return list(directory).stream()
                .flatMap(fd -> pointsTo(directory + "/" + fd).stream())
                .toList();
    }

    // Processes end while one looks, and those of other users do not let themselves be looked at: what cannot be
    // seen is left out of a message that does not depend on it.
    private List<String> list(String directory) {
        try {
            return kernel.list(directory);
        } catch (IOException unseen) {
            return List.of();
        }
    }

    private Optional<String> pointsTo(String link) {
        try {
            return kernel.linkName(link);
        } catch (IOException unseen) {
            return Optional.empty();
        }
    }
}
