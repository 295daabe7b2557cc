package org.pinion.lab.cost;

import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** A session that looks at the clock when it is called and when it returns; it cuts and tracks nothing. */
final class TimedSession implements BackendSession {

    private final BackendSession session;
    private final Stopwatch watch;

    TimedSession(BackendSession session, Stopwatch watch) {
        this.session = session;
        this.watch = watch;
    }

    @Override
    public BackendCapabilities capabilities() {
        return session.capabilities();
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        return session.preflight(device);
    }

    @Override
    public void release(String device) throws IommuException {
        session.release(device);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        return session.attach(device);
    }

    @Override
    public void detach(String device) throws IommuException {
        session.detach(device);
    }

    @Override
    public RangeSet usable() throws IommuException {
        return session.usable();
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        watch.pass(Moment.ENTERED);
        session.map(mapping);
        watch.pass(Moment.MAPPED);
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        watch.pass(Moment.ENTERED);
        session.unmap(mapping);
        watch.pass(Moment.MAPPED);
    }

    /** The first that is asked for when there is a plan. */
    @Override
    public boolean pins(String device) {
        watch.passFirst(Moment.PLANNED);
        return session.pins(device);
    }

    @Override
    public boolean keepsCutPages() {
        return session.keepsCutPages();
    }

    @Override
    public boolean keepsThroughCut(Mapping mapping) {
        return session.keepsThroughCut(mapping);
    }

    @Override
    public Budget budget() {
        return session.budget();
    }

    @Override
    public Ledger ledger() {
        watch.pass(Moment.COUNTED);
        return session.ledger();
    }

    @Override
    public void close() throws IommuException {
        session.close();
    }
}
