package org.pinion.core.space;

import java.util.function.Consumer;
import org.pinion.api.DeviceLimits;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/**
 * Watches whether one device's BARs can be reached. Drivers call {@link #look} after what may have changed it; the rest
 * belongs to the space's writer, which makes a plan for one moment and installs it as a whole.
 */
final class DecodingWatch {

    private volatile DeviceHandle handle;
    private final String device;
    private final Consumer<String> changed;
    private volatile Decoding installed;
    private Decoding observed;
    private volatile Decoding seen = Decoding.ALWAYS;

    /**
     * @param handle the device
     * @param device its address
     * @param changed told, with the cause, when the installed mappings may not be right any more
     */
    DecodingWatch(DeviceHandle handle, String device, Consumer<String> changed) {
        this.handle = handle;
        this.device = device;
        this.changed = changed;
        this.observed = now();
        // The plan that let the device in took its BARs as there.
        this.installed = new Decoding(true, observed.interruptions());
    }

    /** Tells of a change since the mappings were installed. Called by drivers, outside of every lock and turn. */
    void look() {
        Decoding now = now();
        Decoding before = installed;
        if (!now.equals(before)) {
            changed.accept(cause(before, now));
        }
    }

    private String cause(Decoding before, Decoding now) {
        if (now.on() == before.on()) {
            return device + " was reset or its memory was off for a while";
        }
        return now.on() ? device + " turned its memory on" : device + " turned its memory off";
    }

    /** {@return the state that the mappings are right for} */
    Decoding installed() {
        return installed;
    }

    /** Goes on from the state that the mappings are right for, without a handle for the time being. */
    void goOnFrom(Decoding mapped) {
        handle = null;
        seen = mapped;
        observed = mapped;
        installed = mapped;
    }

    /** Forgets the handle, and knows what it said last until there is another one. */
    void goOn(DeviceHandle other) {
        now();
        handle = other;
    }

    /** Goes on with another opening of the device, which counts from the beginning and has nothing mapped yet. */
    void begin(DeviceHandle other) {
        handle = other;
        observed = now();
        installed = new Decoding(true, observed.interruptions());
    }

    /** The state of this moment is what plans are made for from now on. */
    void observe() {
        observed = now();
    }

    /** {@return whether what was mapped of the BARs is gone} */
    boolean interrupted() {
        return observed.interruptions() != installed.interruptions();
    }

    /** What the last observed state asks for is installed. */
    void settled() {
        installed = observed;
    }

    /** {@return the limits as they are while the state is the observed one} */
    DeviceLimits apply(DeviceLimits learned) {
        return observed.on()
                ? learned
                : learned.withoutExports("the memory of " + device
                        + " is turned off (command register, power state), so its BARs do not answer");
    }

    /** A handle that cannot tell is taken at its worst: nothing leads to the device's memory any more. */
    private Decoding now() {
        DeviceHandle asked = handle;
        try {
            seen = asked == null ? seen : asked.decoding();
        } catch (RuntimeException | LinkageError broken) {
            seen = new Decoding(false, -1);
        }
        return seen;
    }
}
