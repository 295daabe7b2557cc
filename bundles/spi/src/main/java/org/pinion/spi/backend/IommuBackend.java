package org.pinion.spi.backend;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;

/**
 * A way to put memory within reach of devices: a service that carries {@link BackendType}. Where several services carry
 * the same name, the core opens new sessions on the one ranked highest; open sessions stay where they are.
 *
 * <p>Methods may be called from any thread, at any time, also before the host has what the backend needs.
 */
@ConsumerType
public interface IommuBackend {

    /**
     * Whether the backend can work on this host. Cheap, and leaves no trace.
     *
     * @return the answer, with the reason in words
     */
    Availability probe();

    /**
     * The devices the backend could attach. Cheap, and leaves no trace.
     *
     * @return the devices, in any order
     * @throws IommuException if the host does not let itself be asked
     */
    List<HostDevice> devices() throws IommuException;

    /**
     * Opens an empty IO address space.
     *
     * @param name the name of the address space it is for, for messages and for the kernel's own listings
     * @return the session; the core closes it
     * @throws IommuException if the kernel refuses; nothing stays open
     */
    BackendSession open(String name) throws IommuException;
}
