package org.pinion.api;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.pinion.api.driver.DeviceOwner;
import org.pinion.api.driver.DmaEngine;

/**
 * A device attached to an address space, open for a driver in this process. It stays valid until it is detached or its
 * space is closed, also while its space passes to another bundle or is moved to another backend; then every method
 * throws {@link IommuException}. Methods may be called from any thread.
 */
@ProviderType
public interface AttachedDevice {

    /** {@return which device it is} */
    HostDevice device();

    /** {@return what it allows of the address space, as the kernel said at the attach, or at the last move} */
    DeviceLimits limits();

    /**
     * Reads from one of the device's regions, as {@code pread} on a VFIO device.
     *
     * @param region the region's index: 0 to 5 are BARs, 7 is PCI configuration space
     * @param offset where in the region, bytes
     * @param into takes the bytes; its size says how many (1, 2, 4 or 8 are one access of the device)
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    void read(int region, long offset, MemorySegment into) throws IommuException;

    /**
     * Writes to one of the device's regions, as {@code pwrite} on a VFIO device.
     *
     * @param region the region's index: 0 to 5 are BARs, 7 is PCI configuration space
     * @param offset where in the region, bytes
     * @param from the bytes; its size says how many (1, 2, 4 or 8 are one access of the device)
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    void write(int region, long offset, MemorySegment from) throws IommuException;

    /**
     * Resets the device. Other devices lose their way to its BARs by it; when this returns, what the plan maps of them
     * is mapped anew. A driver that turns the device's memory off or on through {@link #write} gets the same.
     *
     * @throws IommuException if the device cannot be reset
     */
    void reset() throws IommuException;

    /**
     * What one of the device's regions is.
     *
     * @param region the region's index: 0 to 5 are BARs, 7 is PCI configuration space
     * @return the region
     * @throws IommuException if the device has no region of that index or does not tell
     */
    RegionFacts region(int region) throws IommuException;

    /**
     * Maps a part of a region into this process, for reading and writing.
     *
     * @param region the region's index
     * @param area which offsets in the region, in whole pages; a part of what {@link RegionFacts#mappable} lists
     * @return the memory; the caller closes it
     * @throws IommuException if the device has no such region or the kernel does not map it
     */
    RegionMemory map(int region, AddressRange area) throws IommuException;

    /**
     * How many interrupts of a kind the device has.
     *
     * @param kind which kind
     * @return how many, 0 if none
     * @throws IommuException if the device does not tell
     */
    int interrupts(InterruptKind kind) throws IommuException;

    /**
     * Allows the device interrupts of one kind; of INTx, MSI and MSI-X one kind at a time.
     *
     * @param kind which kind
     * @param count how many of them, from the first on, at least 1 and at most as many as {@link #interrupts} says
     * @return the interrupts; the caller closes them
     * @throws IommuException if those of the kind, or of another kind that excludes it, are allowed already, the device
     *     has not that many, or the kernel refuses
     */
    DeviceInterrupts allow(InterruptKind kind, int count) throws IommuException;

    /**
     * Begins to let the device move bytes as its backend knows how. The caller closes the engine before the device is
     * detached; there is one at a time.
     *
     * @param deadline how long one transfer may take
     * @return the engine; empty if the backend does not drive such a device, whoever else may. By default empty
     * @throws IommuException if the device does not let itself be driven now
     */
    default Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
        return Optional.empty();
    }

    /**
     * Says who drives the device, and is to be asked before it is taken away for a while ({@link DmaService#move}).
     * There is one owner at a time: another one takes its place. It is forgotten when the device is detached, and when
     * the core is replaced.
     *
     * @param owner the owner; {@link DeviceOwner#NOBODY} for none, which is how it begins
     */
    default void ownedBy(DeviceOwner owner) {
        // A device that is never taken away has nobody to ask.
    }
}
