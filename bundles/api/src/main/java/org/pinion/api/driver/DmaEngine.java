package org.pinion.api.driver;

import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.IommuException;

/**
 * Makes a device move bytes between the memory it reaches and a buffer of its own, so that it can be seen whether
 * mappings are right. A backend offers one for devices that it knows to drive without harm to what they hold; closing
 * it leaves the device as it was. Used by one thread.
 */
@ConsumerType
public interface DmaEngine extends AutoCloseable {

    /** The most bytes that one transfer moves. */
    int MOST = 4095;

    /** {@return what device it is, for people, such as {@code virtio block "vdpa_blk_sim"}} */
    String description();

    /**
     * Lets the device read memory into its buffer. Returns when the device is done, also if it could not reach the
     * memory: what is in the buffer tells.
     *
     * @param iova where the device reads, an unsigned IO virtual address
     * @param count bytes, 1 to {@value #MOST}
     * @throws IommuException if the device is not done in time or has ended
     */
    void toDevice(long iova, int count) throws IommuException;

    /**
     * Lets the device write its buffer, from the beginning, to memory. Returns when the device is done, also if it
     * could not reach the memory: what is in memory tells.
     *
     * @param iova where the device writes, an unsigned IO virtual address
     * @param count bytes, 1 to {@value #MOST}
     * @throws IommuException if the device is not done in time or has ended
     */
    void fromDevice(long iova, int count) throws IommuException;

    /**
     * Leaves the device as it was before. Closing twice does nothing.
     *
     * @throws IommuException if the device does not let itself be left so
     */
    @Override
    void close() throws IommuException;
}
