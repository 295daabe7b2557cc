package org.pinion.fuzz;

import java.util.Locale;

/** What the process may lock of memory, and how many mappings a container takes. */
enum Privileges {

    /** As much as there is, with CAP_IPC_LOCK and CAP_SYS_RESOURCE; mappings as many as usual. */
    FULL("unlimited", true, true, 65535),

    /** Little memory and few mappings, with neither capability. */
    LIMITED("64K", false, false, 5),

    /** Little memory and few mappings; CAP_SYS_RESOURCE lets it choose how pins are charged. */
    CHOOSING("64K", false, true, 5);

    private final String memlock;
    private final boolean ipcLock;
    private final boolean sysResource;
    private final int mappings;

    Privileges(String memlock, boolean ipcLock, boolean sysResource, int mappings) {
        this.memlock = memlock;
        this.ipcLock = ipcLock;
        this.sysResource = sysResource;
        this.mappings = mappings;
    }

    /** From its word; IllegalArgumentException if there is none of that name. */
    static Privileges parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What of it a host file says. */
    String description() {
        return """
                memlock: %s
                ipc-lock: %s
                sys-resource: %s
                dma-entry-limit: %d
                """.formatted(memlock, ipcLock, sysResource, mappings);
    }
}
