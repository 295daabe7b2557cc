package org.pinion.spi.holder;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps address spaces between one core and the next, an OSGi service. It must not end when the core's bundle is
 * updated or refreshed. Methods may be called from any thread.
 */
@ConsumerType
public interface SpaceHolder {

    /**
     * Keeps a space. If the holder ends before anybody takes it, everything in it is given back to the kernel.
     *
     * @param space the space
     */
    void hold(HeldSpace space);

    /** {@return every space that is held, which belongs to the caller from then on} */
    List<HeldSpace> take();
}
