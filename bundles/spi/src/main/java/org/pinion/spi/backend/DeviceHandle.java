package org.pinion.spi.backend;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.DmaEngine;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;

/** An attached device, as a backend hands it to the core. It ends when the session detaches the device. */
@ConsumerType
public interface DeviceHandle {

    /** {@return which device it is} */
    HostDevice device();

    /**
     * Reads from one of the device's regions, with the meaning of {@link org.pinion.api.AttachedDevice#read}. May be
     * called from any thread.
     *
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param into takes the bytes
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    void read(int region, long offset, MemorySegment into) throws IommuException;

    /**
     * Writes to one of the device's regions, with the meaning of {@link org.pinion.api.AttachedDevice#write}. May be
     * called from any thread.
     *
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param from the bytes
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    void write(int region, long offset, MemorySegment from) throws IommuException;

    /**
     * Resets the device, with the meaning of {@link org.pinion.api.AttachedDevice#reset}. May be called from any
     * thread.
     *
     * @throws IommuException if the device cannot be reset
     */
    default void reset() throws IommuException {
        throw new IommuException("reset " + device().address(), "its backend does not reset devices", "");
    }

    /**
     * Begins to let the device move bytes, with the meaning of {@link org.pinion.api.AttachedDevice#dmaEngine}. May be
     * called from any thread; a backend of devices that others can drive through their regions leaves it at that.
     *
     * @param deadline how long one transfer may take
     * @return the engine; empty, and so by default, if the backend drives no such device
     * @throws IommuException if the device does not let itself be driven now
     */
    default Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
        return Optional.empty();
    }

    /**
     * Whether the device's BARs can be reached. Asked after every write and reset, so it must not cost a system call;
     * what it says changes only by calls of this handle. May be called from any thread.
     *
     * @return the state now; {@link Decoding#ALWAYS} for a device whose BARs nobody hands out
     */
    default Decoding decoding() {
        return Decoding.ALWAYS;
    }
}
