package org.pinion.lab.cost;

import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/**
 * A backend whose sessions look at the clock.
 *
 * @param backend the backend that does the work
 * @param watch takes the times
 */
record TimedBackend(IommuBackend backend, Stopwatch watch) implements IommuBackend {

    @Override
    public Availability probe() {
        return backend.probe();
    }

    @Override
    public List<HostDevice> devices() throws IommuException {
        return backend.devices();
    }

    @Override
    public BackendSession open(String name) throws IommuException {
        return new TimedSession(backend.open(name), watch);
    }
}
