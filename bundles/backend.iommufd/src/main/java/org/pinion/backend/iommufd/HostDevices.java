package org.pinion.backend.iommufd;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pinion.api.AddressRange;
import org.pinion.api.HostDevice;
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
final class HostDevices {

    private static final int BRIDGE = 0x06;
    private static final Map<String, String> MODELS = Map.of("1234:11e8", "edu", "1af4:1110", "ivshmem");

    private final PciFunctions functions;
    private final MediatedDevices mediated;
    private final IommuGroups groups;
    private final Kernel kernel;

    HostDevices(Kernel kernel) {
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
    record Found(HostDevice device, Optional<String> cdev) {}

    List<Found> all() throws IOException {
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
    List<ReservedRegion> reserved(int group) throws IOException {
        return groups.find(group).stream()
                .flatMap(found -> found.reserved().stream())
                .filter(region -> !region.type().equals("direct-relaxable"))
                .map(region -> new ReservedRegion(new AddressRange(region.start(), region.last()), region.type()))
                .toList();
    }

    /**
     * Gathers what helps to say why a device was not bound.
     *
     * @param found the device
     * @return the facts
     * @throws IOException if {@code /sys} cannot be read
     */
    GroupFacts factsAbout(Found found) throws IOException {
        HostDevice device = found.device();
        List<GroupFacts.Member> members = new ArrayList<>();
        for (String address : groups.find(device.group()).map(IommuGroup::devices).orElse(List.of())) {
            if (!address.equals(device.address())) {
                String driver = functions.find(address).flatMap(PciFunction::driver).orElse("");
                members.add(new GroupFacts.Member(address, driver));
            }
        }
        return new GroupFacts(
                device.address(),
                device.group(),
                members,
                reserved(device.group()),
                unsafeInterrupts(),
                new Holders(kernel).of(found.cdev().orElse("")));
    }

    private boolean unsafeInterrupts() throws IOException {
        try {
            return kernel.readFile(BindCauses.UNSAFE_INTERRUPTS).startsWith("Y");
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    /** {@return addresses and descriptions of all devices, for a message} */
    String inWords() throws IOException {
        List<Found> all = all();
        return all.isEmpty()
                ? "this host has none that could be attached"
                : "this host has "
                        + all.stream()
                                .map(found -> found.device().address() + " (" + found.device().description() + ")")
                                .collect(Collectors.joining(", "));
    }
}
