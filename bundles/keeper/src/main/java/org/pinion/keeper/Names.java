package org.pinion.keeper;

import java.util.Optional;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.DescriptorStore.FileIdentity;

/** The names under which files are stored: {@code pinion.SPACE.KIND.FILE}. Only these are the keeper's. */
final class Names {

    private static final String OURS = "pinion";
    private static final String RECORD = "record";
    private static final String FILE = "file";
    private static final String MEMORY = "memory";
    private static final int PARTS = 4;
    /** systemd takes no longer ones (FDNAME_MAX). */
    private static final int LONGEST = 255;

    private Names() {}

    static String record(String space, int number) {
        return name(space, RECORD, Integer.toString(number));
    }

    static String file(String space, String file) {
        return name(space, FILE, file);
    }

    static String memory(String space, FileIdentity identity) {
        return name(space, MEMORY, identity.device() + "-" + identity.inode());
    }

    private static String name(String space, String kind, String what) {
        String name = DescriptorStore.name(OURS, space, kind, what);
        if (name.length() > LONGEST) {
            throw new IllegalArgumentException("'" + name + "' is too long for a name: give the space a shorter one");
        }
        return name;
    }

    /** {@return whether it is the name of a memory file} */
    static boolean isMemory(String name) {
        String[] parts = name.split("\\.");
        return parts.length == PARTS && parts[2].equals(MEMORY);
    }

    /** {@return the part of a name that stands for its space; empty if it is none of the keeper's} */
    static Optional<String> space(String name) {
        String[] parts = name.split("\\.");
        return parts.length == PARTS && parts[0].equals(OURS) ? Optional.of(parts[1]) : Optional.empty();
    }
}
