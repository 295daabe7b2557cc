package org.pinion.core.space;

import org.pinion.api.DmaEngine;
import org.pinion.api.IommuException;

/** A backend's engine, of which every call is an access to the device: none goes on after the device has ended. */
record GuardedEngine(OpenDevice device, DmaEngine engine) implements DmaEngine {

    @Override
    public String description() {
        return engine.description();
    }

    @Override
    public void toDevice(long iova, int count) throws IommuException {
        device.access("DMA from 0x" + Long.toHexString(iova), () -> engine.toDevice(iova, count));
    }

    @Override
    public void fromDevice(long iova, int count) throws IommuException {
        device.access("DMA to 0x" + Long.toHexString(iova), () -> engine.fromDevice(iova, count));
    }

    @Override
    public void close() throws IommuException {
        device.access("end of DMA", engine::close);
    }
}
