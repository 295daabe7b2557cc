package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/** A backend whose sessions are {@link FakeKernel}s. */
public final class FakeBackend implements IommuBackend {

    private final List<FakeKernel> sessions = new ArrayList<>();
    private volatile boolean available = true;

    public void available(boolean other) {
        available = other;
    }

    public long sessionsOpen() {
        return sessions.stream().filter(session -> !session.closed()).count();
    }

    @Override
    public Availability probe() {
        return new Availability(available, "emulated", "told so");
    }

    @Override
    public List<HostDevice> devices() {
        return List.of(
                new HostDevice("d1", "fake", 1, "vfio", false), new HostDevice("d0", "fake", 0, "vfio", false));
    }

    @Override
    public BackendSession open(String name) {
        FakeKernel session = new FakeKernel();
        sessions.add(session);
        return session;
    }
}
