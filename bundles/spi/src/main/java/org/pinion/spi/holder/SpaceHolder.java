package org.pinion.spi.holder;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps address spaces between one core and the next, an OSGi service. It must not end when the core's bundle is
 * updated or refreshed. Methods may be called from any thread, several at a time; the core calls them while it begins
 * and while it ends, on the thread that starts or stops its bundle, and neither may wait for anything.
 */
@ConsumerType
public interface SpaceHolder {

    /**
     * Keeps a space. If the holder ends before anybody takes it, everything in it is {@linkplain
     * org.pinion.spi.backend.HandOver#giveBack given back} to the kernel.
     *
     * @param space the space
     */
    void hold(HeldSpace space);

    /** {@return every space that is held, which belongs to the caller from then on: asked again, those since then} */
    List<HeldSpace> take();
}
