package org.pinion.spi.backend;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.api.driver.DmaEngine;

/**
 * An attached device, as a backend hands it to the core. It ends when the session detaches the device. It is no
 * resource of its own, to be closed apart: a detach that the kernel refuses leaves the handle as it was.
 *
 * <p>The core calls it on the threads of drivers, several at a time, also while the session maps or unmaps; it begins
 * no call once the device is being detached or handed over, and lets those under way end before: a device of which a
 * call does not end can be neither, and whoever wants it is told which call of which bundle that is.
 */
@ConsumerType
public interface DeviceHandle {

    /**
     * Says which device it is. The call may take {@code plugin.budget} of PID {@code org.pinion.core}, five seconds if
     * nobody has configured it.
     *
     * @return the device; the same answer for the handle's whole life
     */
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

    /**
     * What one of the device's regions is. May be called from any thread.
     *
     * @param region the region's index
     * @return the region
     * @throws IommuException if the device has no such region or does not tell
     */
    default RegionFacts region(int region) throws IommuException {
        throw new IommuException("ask about region " + region + " of " + device().address(),
                "its backend does not tell", "");
    }

    /**
     * Maps a part of a region into this process, for reading and writing. What is not unmapped goes when the session
     * detaches the device. May be called from any thread.
     *
     * @param region the region's index
     * @param area which offsets in the region
     * @return the memory, usable from any thread until {@link #unmap}
     * @throws IommuException if the device has no such region or the kernel does not map it
     */
    default MemorySegment map(int region, AddressRange area) throws IommuException {
        throw new IommuException("map region " + region + " of " + device().address(),
                "its backend does not map regions", "use read and write");
    }

    /**
     * Unmaps what {@link #map} gave. May be called from any thread.
     *
     * @param memory the segment that it gave
     * @throws IommuException if the memory cannot be unmapped; it stays as it is
     */
    default void unmap(MemorySegment memory) throws IommuException {
        throw new IommuException("unmap a region of " + device().address(), "it is not mapped", "");
    }

    /**
     * How many interrupts of a kind the device has. May be called from any thread.
     *
     * @param kind which kind
     * @return how many; by default none
     * @throws IommuException if the device does not tell
     */
    default int interrupts(InterruptKind kind) throws IommuException {
        return 0;
    }

    /**
     * Allows the device interrupts of one kind. What is not forbidden goes when the session detaches the device. May be
     * called from any thread.
     *
     * @param kind which kind
     * @param count how many of them, from the first on
     * @throws IommuException if some of the kind are allowed already, the device has not that many or the kernel
     *     refuses
     */
    default void allow(InterruptKind kind, int count) throws IommuException {
        throw new IommuException("allow %d %s interrupts of %s".formatted(count, kind, device().address()),
                "its backend has no interrupts", "ask the device's registers");
    }

    /**
     * Waits for an interrupt of a kind that was allowed. The core waits in short spans, and neither forbids the kind
     * nor detaches the device meanwhile. May be called from any thread, for one interrupt by several at a time.
     *
     * @param kind which kind
     * @param number which of those allowed, from 0
     * @param longest how long to wait at most
     * @return how often it came since it was asked about last; 0 if the time has passed, or earlier
     * @throws IommuException if the kernel does not tell
     */
    default long await(InterruptKind kind, int number, Duration longest) throws IommuException {
        throw new IommuException("wait for %s interrupts of %s".formatted(kind, device().address()),
                "they are not allowed", "");
    }

    /**
     * Lets an interrupt come again that masked itself. May be called from any thread.
     *
     * @param kind which kind, which was allowed
     * @param number which of those allowed, from 0
     * @throws IommuException if the kernel refuses
     */
    default void unmask(InterruptKind kind, int number) throws IommuException {
        throw new IommuException("unmask %s interrupts of %s".formatted(kind, device().address()),
                "they are not allowed", "");
    }

    /**
     * Forbids the interrupts of a kind; of no consequence if they are not allowed. May be called from any thread.
     *
     * @param kind which kind
     * @throws IommuException if the kernel refuses; the handle takes them for forbidden all the same
     */
    default void forbid(InterruptKind kind) throws IommuException {
        // What was never allowed is forbidden.
    }
}
