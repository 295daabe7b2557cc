package org.pinion.device;

import java.io.IOException;

/** An access to a device's region that cannot be made, or that the device carried out in part only. */
public class RegionAccessException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String why;

    RegionAccessException(String call, String why) {
        super(call + ": " + why);
        this.why = why;
    }

    /** {@return what is wrong, in words, without what was tried} */
    public String why() {
        return why;
    }
}
