package org.pinion.linux.procfs;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.pinion.linux.Kernel;
import org.pinion.linux.MalformedFileException;

/**
 * Reads what {@code /proc/self} says about the memory of this process. Keeps nothing: every call reads anew, and may
 * be made from any thread. What the process does meanwhile may or may not show.
 */
public final class ProcessMemory {

    /** What {@link #areas()} reads. */
    public static final String SMAPS = "/proc/self/smaps";

    private static final String STATUS = "/proc/self/status";
    private static final String UID_MAP = "/proc/self/uid_map";
    private static final String LIMITS = "/proc/self/limits";
    private static final String MOUNTINFO = "/proc/self/mountinfo";

    private final Kernel kernel;

    /**
     * @param kernel whose {@code /proc}
     */
    public ProcessMemory(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * The areas of this process's memory. The kernel walks every page table for it: a read costs milliseconds a
     * gigabyte.
     *
     * @return the areas, sorted by address
     * @throws IOException if the file cannot be read, is cut short or has not the expected format
     */
    public List<MemoryArea> areas() throws IOException {
        return parseAreas(SMAPS, kernel.readFile(SMAPS));
    }

    /**
     * Parses text in the format of {@code /proc/PID/smaps}.
     *
     * @param file where the text is from, for messages
     * @param text the text
     * @return the areas, in the order of the text
     * @throws MalformedFileException if it is cut short or has not the expected format; says which line
     */
    public static List<MemoryArea> parseAreas(String file, String text) throws MalformedFileException {
        return SmapsText.parse(file, text);
    }

    /**
     * @return what is pinned and locked
     * @throws IOException if the file cannot be read or has not the expected format
     */
    public MemlockUsage memlockUsage() throws IOException {
        return MemlockText.usage(STATUS, kernel.readFile(STATUS));
    }

    /**
     * @return how much may be pinned and locked
     * @throws IOException if the file cannot be read or has not the expected format
     */
    public MemlockLimit memlockLimit() throws IOException {
        return MemlockText.limit(LIMITS, kernel.readFile(LIMITS));
    }

    /**
     * Whether no limit holds for what this process pins and locks: the kernel asks for {@code CAP_IPC_LOCK} in the
     * first user namespace ({@code capable()}), so that one that another namespace gave does not count.
     *
     * @return whether this process has that capability there
     * @throws IOException if the file cannot be read or has not the expected format
     */
    public boolean memlockExempt() throws IOException {
        return MemlockText.exempt(STATUS, kernel.readFile(STATUS)) && MemlockText.firstUserNamespace(uidMap());
    }

    private String uidMap() throws IOException {
        try {
            return kernel.readFile(UID_MAP);
        } catch (NoSuchFileException withoutNamespaces) {
            return "";
        }
    }

    /**
     * @return the mounts that this process sees, in the order in which they were made
     * @throws IOException if the file cannot be read or has not the expected format
     */
    public List<Mount> mounts() throws IOException {
        return MountInfoText.parse(MOUNTINFO, kernel.readFile(MOUNTINFO));
    }
}
