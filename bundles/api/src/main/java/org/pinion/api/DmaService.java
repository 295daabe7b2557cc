package org.pinion.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The way in, an OSGi service: opens address spaces on the backends that are there, reads flat views from the sources
 * that are there. Methods may be called from any thread.
 */
@ProviderType
public interface DmaService {

    /**
     * Opens an empty address space without devices.
     *
     * @param options its name, backend and policies
     * @return the space; the caller closes it
     * @throws IommuException if the name is taken, the backend or a policy is not there (the message names those that
     *     are), or the backend cannot open it
     */
    AddressSpace open(SpaceOptions options) throws IommuException;

    /** {@return the open spaces, sorted by name} */
    List<AddressSpace> spaces();

    /**
     * Finds an open space.
     *
     * @param name a space's name
     * @return the open space of that name
     */
    Optional<AddressSpace> space(String name);

    /**
     * Has the bundle that is in use for a space's backend go on with the space, whichever has it now, or had it last.
     * Nothing changes for devices. This happens by itself when the bundle that has a space leaves; it is for spaces
     * whose successor could not go on at first, and for passing spaces on before a bundle is stopped.
     *
     * @param space an open space's name
     * @throws IommuException if there is no such space or backend, or the backend does not go on; nothing was changed
     */
    default void adopt(String space) throws IommuException {
        throw new IommuException("have '" + space + "' adopted", "this service passes no spaces on", "");
    }

    /**
     * Lists the devices that a backend could attach.
     *
     * @param backend which backend, such as {@code iommufd}
     * @return its devices, sorted by address
     * @throws IommuException if the backend is not there or cannot tell
     */
    List<HostDevice> devices(String backend) throws IommuException;

    /**
     * Reads a flat view.
     *
     * @param source which source, such as {@code qemu}
     * @param settings what to read, by the source's own keys; see its documentation
     * @return the view
     * @throws IommuException if the source is not there, or what it reads is not what it should be: the message says
     *     what, in which file and line
     */
    FlatView read(String source, Map<String, String> settings) throws IommuException;

    /**
     * Reads flat views that followed one another, such as a recording of a guest from its start.
     *
     * @param source which source, such as {@code qemu}
     * @param settings what to read, by the source's own keys; see its documentation
     * @return at least one view, the oldest first; the last is the one that {@link #read} gives
     * @throws IommuException as {@link #read} does
     */
    List<FlatView> history(String source, Map<String, String> settings) throws IommuException;
}
