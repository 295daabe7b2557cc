package org.pinion.doctor.facts;

import java.util.Optional;
import org.pinion.linux.Errno;

/**
 * What came of opening a device's file for reading and writing.
 *
 * @param path the file
 * @param refusal the kernel's answer; empty if it could be opened
 */
public record NodeAccess(String path, Optional<Errno> refusal) {

    /** {@return whether it could be opened} */
    public boolean opens() {
        return refusal.isEmpty();
    }

    /**
     * @param errno an error number
     * @return whether that was the answer
     */
    public boolean refusedWith(Errno errno) {
        return refusal.filter(errno::equals).isPresent();
    }
}
