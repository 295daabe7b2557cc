package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;

/** Finds the processes that have a device's character device open, as {@code /proc} shows them to this process. */
final class Holders {

    private final Kernel kernel;

    Holders(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * @param cdev a character device that this process has itself opened once
     * @return the other holders, such as {@code process 4711}; empty if none is seen
     */
    String of(String cdev) {
        String name = cdev.substring(cdev.lastIndexOf('/') + 1);
        List<String> holders = new ArrayList<>();
        for (String process : list("/proc")) {
            long descriptors = process.chars().allMatch(Character::isDigit) ? descriptors(process, name) : 0;
            if (process.equals(Long.toString(ProcessHandle.current().pid()))) {
                if (descriptors > 1) {
                    holders.add("another address space of this process");
                }
            } else if (descriptors > 0) {
                holders.add("process " + process);
            }
        }
        return String.join(", ", holders);
    }

    private long descriptors(String process, String name) {
        String directory = "/proc/" + process + "/fd";
        return list(directory).stream()
                .filter(fd -> pointsTo(directory + "/" + fd).equals(Optional.of(name)))
                .count();
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
