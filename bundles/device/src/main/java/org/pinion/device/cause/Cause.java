package org.pinion.device.cause;

import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/**
 * Why the kernel refused, for people.
 *
 * @param why the cause in words
 * @param remedy what an operator can do; empty if nothing
 */
public record Cause(String why, String remedy) {

    /**
     * A cause that nothing is known about beyond the kernel's own word.
     *
     * @param failure the kernel's answer
     * @return the cause
     */
    public static Cause unknown(ErrnoException failure) {
        return new Cause(
                "the kernel answered \"" + failure.errno().text() + "\", which it is not known to do here",
                "look into the kernel's log (dmesg)");
    }

    /**
     * @param operation what was tried
     * @param failure the kernel's answer
     * @return the exception that tells all of it
     */
    public IommuException failing(String operation, ErrnoException failure) {
        return failing(operation, null, failure);
    }

    /**
     * @param operation what was tried
     * @param range the addresses concerned, null if none
     * @param failure the kernel's answer
     * @return the exception that tells all of it
     */
    public IommuException failing(String operation, AddressRange range, ErrnoException failure) {
        return new IommuException(operation, failure.errno().name(), range, why, remedy, failure);
    }
}
