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
     * Moves a space to another backend, with the same table and the same devices: all of it, or nothing. The table has
     * the same addresses, bytes and access; by which route the memory goes may differ.
     *
     * <p>It is planned for the other backend first, with what is known of the devices; a plan with another table, or
     * that does not fit the other backend's limits, is refused before anybody notices. Then the {@linkplain
     * org.pinion.api.driver.DeviceOwner owners} of the devices bring them to rest, bus mastering is turned off,
     * everything is unmapped, detached, attached to the other backend, planned again with what the kernel says there,
     * and mapped; the command registers become what they were and the owners go on. In between no device reaches
     * anything. Changes of the space and accesses of drivers wait as while a backend is replaced; snapshots can be read
     * throughout. Spaces, attached devices and owners stay the objects that they are; the space's {@link
     * SpaceOptions#backend} changes.
     *
     * <p>A step that fails is undone: devices and mappings go back to the backend that had them. If that fails as well,
     * the space is {@link SpaceSnapshot.State#DEGRADED}: its snapshot says what is not mapped, and lacks the devices of
     * its plan that could not be brought back. The next successful commit maps the one and attaches the others, as if
     * anew; such a device can also be detached.
     *
     * @param space an open space's name
     * @param backend the other backend's name; the one that has the space already changes nothing
     * @return what was done: everything stayed, and was unmapped and mapped again
     * @throws RefusedException if a policy refuses with the other backend; nothing was changed
     * @throws IommuException if there is no such space or backend; the table would be another, with the addresses and
     *     the reasons; an owner says no, does not answer in time, or has something of its device open; pages that
     *     devices write are being logged; the space is degraded; or the kernel refuses
     */
    default CommitReport move(String space, String backend) throws IommuException {
        throw new IommuException("move '" + space + "' to " + backend, "this service moves no spaces", "");
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
