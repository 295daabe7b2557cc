package org.pinion.api.driver;

import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.IommuException;
import org.pinion.api.RegionMemory;

/**
 * Whoever drives an attached device, such as a VMM for a guest or a driver in this process: asked before the device is
 * taken away from it for a while, and told when the device is back. It says who it is by {@link
 * AttachedDevice#ownedBy}.
 *
 * <p>Each call comes on a thread of its own and may take as long as a change waits for another one (configuration key
 * {@code writer.wait}). The address space can be changed, and the device used, from within both calls.
 */
@ConsumerType
public interface DeviceOwner {

    /** Somebody who is not asked: whatever the device does may be interrupted. */
    DeviceOwner NOBODY = new DeviceOwner() {
        @Override
        public void quiesce(AttachedDevice device, String cause) {
            // Nobody drives it.
        }

        @Override
        public void resume(AttachedDevice device) {
            // Nobody waits for it.
        }
    };

    /**
     * Brings the device to rest, since it is to be closed and opened anew. When this returns, the device does no DMA
     * and begins none, and what was open of it is closed: {@link RegionMemory}, {@link DeviceInterrupts} and {@link
     * DmaEngine}. Where one of them is still open, the device is not taken away.
     *
     * @param device the device, which can still be used
     * @param cause what for, such as {@code move of 'guest' to iommufd}
     * @throws IommuException if the device cannot come to rest now, with the reason; it is not taken away then, and
     *     {@link #resume} is not called
     */
    void quiesce(AttachedDevice device, String cause) throws IommuException;

    /**
     * Lets the device go on. It was opened anew, or was not taken away after all; the owner cannot tell, and takes the
     * device as reset: what its registers held may be lost, but for the command register, which is as it was before.
     * A device that could not be brought back, or was detached meanwhile, throws whatever is asked of it.
     *
     * @param device the device, the same object as before
     */
    void resume(AttachedDevice device);
}
