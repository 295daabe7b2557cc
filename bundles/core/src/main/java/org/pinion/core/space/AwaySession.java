package org.pinion.core.space;

import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/**
 * Stands in for a session that was handed over, until another one goes on: nothing of the old bundle is reachable by
 * it, and it carries nothing out.
 *
 * @param backend the backend's name
 * @param capabilities what the session could do
 * @param ledger what it held last
 */
record AwaySession(String backend, BackendCapabilities capabilities, Ledger ledger) implements BackendSession {

    private IommuException away(String operation) {
        return new IommuException(operation, "backend " + backend + " is being replaced", "try again later");
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        throw away("preflight " + device);
    }

    @Override
    public void release(String device) throws IommuException {
        throw away("release " + device);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        throw away("attach " + device);
    }

    @Override
    public void detach(String device) throws IommuException {
        throw away("detach " + device);
    }

    @Override
    public RangeSet usable() throws IommuException {
        throw away("ask for the usable addresses");
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        throw away("map " + mapping);
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        throw away("unmap " + mapping);
    }

    @Override
    public void close() throws IommuException {
        throw away("close");
    }
}
