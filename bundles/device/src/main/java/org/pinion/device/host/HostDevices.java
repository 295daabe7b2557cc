package org.pinion.device.host;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.ReservedRegion;
import org.pinion.linux.Kernel;
import org.pinion.linux.sysfs.IommuGroup;
import org.pinion.linux.sysfs.IommuGroups;
import org.pinion.linux.sysfs.MediatedDevice;
import org.pinion.linux.sysfs.MediatedDevices;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/**
 * The devices of the host that could be attached, as {@code /sys} shows them. Keeps nothing; may be used from any
 * thread.
 */
public final class HostDevices {

    private static final int BRIDGE = 0x06;
    private static final Map<String, String> MODELS = Map.of("1234:11e8", "edu", "1af4:1110", "ivshmem");

    private final PciFunctions functions;
    private final MediatedDevices mediated;
    private final IommuGroups groups;
    private final Kernel kernel;

    /**
     * @param kernel the kernel whose {@code /sys} is looked at
     */
    public HostDevices(Kernel kernel) {
        this.kernel = kernel;
        this.functions = new PciFunctions(kernel);
        this.mediated = new MediatedDevices(kernel);
        this.groups = new IommuGroups(kernel);
    }

    /**
     * A device, and the file that opens it.
     *
     * @param device the device
     * @param cdev its VFIO character device; empty if no driver of VFIO has made one
     */
    public record Found(HostDevice device, Optional<String> cdev) {}

    /**
     * @return every device that could be attached
     * @throws IOException if {@code /sys} cannot be read
     */
    public List<Found> all() throws IOException {
        List<Found> found = new ArrayList<>();
        for (PciFunction function : functions.all()) {
            if (attachable(function)) {
                found.add(of(function));
            }
        }
        for (MediatedDevice device : mediated.all()) {
            found.add(of(device));
        }
        return found;
    }

    /** VFIO takes no bridges, and what has neither a group nor a cdev cannot get one. */
    private static boolean attachable(PciFunction function) {
        return function.classCode() >>> 16 != BRIDGE
                && (function.group().isPresent() || function.characterDevice().isPresent());
    }

    private static Found of(PciFunction function) {
        String id = "%04x:%04x".formatted(function.vendor(), function.device());
        String model = MODELS.get(id);
        return new Found(
                new HostDevice(
                        function.address(),
                        model == null ? id : id + " " + model,
                        function.group().orElse(-1),
                        function.driver().orElse(""),
                        false),
                function.characterDevice());
    }

    private static Found of(MediatedDevice device) {
        return new Found(
                new HostDevice(
                        device.uuid(),
                        device.type().map(type -> "mdev " + type).orElse("mdev"),
                        device.group().orElse(-1),
                        device.driver().orElse(""),
                        true),
                device.characterDevice());
    }

    /**
     * @param group a group's number
     * @return what its devices cannot use; the {@code direct-relaxable} regions, which they may, left out
     * @throws IOException if {@code /sys} cannot be read
     */
    public List<ReservedRegion> reserved(int group) throws IOException {
        return groups.find(group).stream()
                .flatMap(found -> found.reserved().stream())
                .filter(region -> !region.type().equals("direct-relaxable"))
                .map(region -> new ReservedRegion(new AddressRange(region.start(), region.last()), region.type()))
                .toList();
    }

    /**
     * Finds a device for an operation.
     *
     * @param address the device's address
     * @param operation what is being done, for messages
     * @return the device
     * @throws IommuException if there is none; the message names those that there are
     */
    public Found require(String address, String operation) throws IommuException {
        try {
            for (Found found : all()) {
                if (found.device().address().equals(address)) {
                    return found;
                }
            }
            throw new IommuException(
                    operation, "there is no device " + address + "; " + inWords(), "name one of them");
        } catch (IOException unreadable) {
            throw unreadable(operation, unreadable);
        }
    }

    /**
     * @param operation what was being done
     * @param unreadable why {@code /sys} could not be read
     * @return the exception that tells it
     */
    public static IommuException unreadable(String operation, IOException unreadable) {
        return new IommuException(
                operation,
                null,
                null,
                "the host's devices cannot be read: " + unreadable.getMessage(),
                "mount sysfs at /sys",
                unreadable);
    }

    /**
     * Gathers what helps to say why a device was not given away.
     *
     * @param device the device
     * @param parameter the module's parameter that accepts interrupts that are not isolated
     * @param holders who else has the device open, in words; empty if nobody is seen
     * @return the facts
     * @throws IOException if {@code /sys} cannot be read
     */
    public GroupFacts factsAbout(HostDevice device, String parameter, String holders) throws IOException {
        List<GroupFacts.Member> members = new ArrayList<>();
        for (String address : groups.find(device.group()).map(IommuGroup::devices).orElse(List.of())) {
            if (!address.equals(device.address())) {
                String driver = functions.find(address).flatMap(PciFunction::driver).orElse("");
                members.add(new GroupFacts.Member(address, driver));
            }
        }
        return new GroupFacts(
                device.address(), device.group(), members, reserved(device.group()), isSet(parameter), holders);
    }

    private boolean isSet(String parameter) throws IOException {
        try {
            return kernel.readFile(parameter).startsWith("Y");
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    /** {@return addresses and descriptions of all devices, for a message} */
    private String inWords() throws IOException {
        List<Found> all = all();
        return all.isEmpty()
                ? "this host has none that could be attached"
                : "this host has "
                        + all.stream()
                                .map(found -> found.device().address() + " (" + found.device().description() + ")")
                                .collect(Collectors.joining(", "));
    }
}
