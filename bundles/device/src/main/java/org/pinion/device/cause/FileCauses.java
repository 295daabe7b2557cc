package org.pinion.device.cause;

/** Why a device node cannot be opened, in words, whichever node it is. */
public final class FileCauses {

    private FileCauses() {}

    /**
     * @param path a device node that belongs to one device or group
     * @return that this process may not open it
     */
    public static Cause mayNotOpen(String path) {
        return new Cause(
                "this process may not open " + path, "give the user the device: chown or a udev rule for " + path);
    }

    /**
     * @param path a device node that all devices share
     * @return that this process may not open it
     */
    public static Cause mayNotOpenShared(String path) {
        return new Cause(
                "this process may not open " + path,
                "run as root, or give the user the device: chgrp, chmod 660, or a udev rule");
    }

    /** {@return that too many files are open} */
    public static Cause tooMany() {
        return new Cause("too many files are open", "raise the limit: ulimit -n, or LimitNOFILE= of the service");
    }

    /** {@return that the kernel has no memory for an object of its own} */
    public static Cause noMemory() {
        return new Cause("the kernel has no memory for it", "free some memory");
    }
}
