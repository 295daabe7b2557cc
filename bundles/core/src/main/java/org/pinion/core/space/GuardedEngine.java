package org.pinion.core.space;

import org.pinion.api.IommuException;
import org.pinion.api.driver.DmaEngine;
import org.pinion.spi.backend.DeviceHandle;

/**
 * A backend's engine, of which every call is an access to the device: none goes on after the device has ended, or
 * passed to another backend.
 */
record GuardedEngine(OpenDevice device, DeviceHandle maker, DmaEngine engine) implements DmaEngine {

    @Override
    public String description() {
        return engine.description();
    }

    @Override
    public void toDevice(long iova, int count) throws IommuException {
        device.access(maker, "DMA from 0x" + Long.toHexString(iova), () -> engine.toDevice(iova, count));
    }

    @Override
    public void fromDevice(long iova, int count) throws IommuException {
        device.access(maker, "DMA to 0x" + Long.toHexString(iova), () -> engine.fromDevice(iova, count));
    }

    @Override
    public void close() throws IommuException {
        device.holdings().closed(this);
        device.access(maker, "end of DMA", engine::close);
    }
}
