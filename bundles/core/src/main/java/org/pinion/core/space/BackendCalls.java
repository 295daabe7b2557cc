package org.pinion.core.space;

import java.util.Optional;

/** What is being asked of backends at this moment. Asked from any thread, never waits. */
public interface BackendCalls {

    /** Where nobody watches the calls. */
    BackendCalls UNWATCHED = new BackendCalls() {
        @Override
        public Optional<String> of(Thread caller) {
            return Optional.empty();
        }

        @Override
        public Optional<String> ofDrivers(String device) {
            return Optional.empty();
        }
    };

    /**
     * @param caller a thread
     * @return which backend's answer it waits for, with its bundle and since when, a sentence; empty if for none
     */
    Optional<String> of(Thread caller);

    /**
     * @param device a device's address
     * @return what has been asked of the device's backend for longest, as above; empty if nothing is
     */
    Optional<String> ofDrivers(String device);
}
