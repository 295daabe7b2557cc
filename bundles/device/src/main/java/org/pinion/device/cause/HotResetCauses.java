package org.pinion.device.cause;

import java.util.List;
import java.util.stream.Collectors;
import org.pinion.device.DependentDevice;
import org.pinion.linux.ErrnoException;

/**
 * Why a device's bus was not reset, in words: {@code vfio_pci_ioctl_pci_hot_reset} in
 * drivers/vfio/pci/vfio_pci_core.c.
 */
public final class HotResetCauses {

    private static final int NOBODYS = -1;

    private HotResetCauses() {}

    /**
     * @param failure the kernel's answer to the question what would be reset
     * @return the cause
     */
    public static Cause ofAsking(ErrnoException failure) {
        return switch (failure.errno()) {
            case ENODEV ->
                new Cause("neither its slot nor its bus can be reset (a bus that begins at the processor)", "");
            case EBADF -> new Cause("the device was detached", "attach it again");
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param device the device's address
     * @param devices what would be reset
     * @param byGroups whether the device was opened through its group
     * @param failure the kernel's answer
     * @return the cause
     */
    public static Cause of(String device, List<DependentDevice> devices, boolean byGroups, ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL, EBUSY, EPERM -> byGroups ? groups(device, devices) : owners(device, devices);
            case EAGAIN -> new Cause("a device of the bus is being reset or changes its state", "try again");
            case ENODEV -> ofAsking(failure);
            case ENOTTY ->
                new Cause("a device of the bus did not come back from the reset in time",
                        "look into the kernel's log (dmesg); detach the devices of the bus");
            default -> ResetCauses.of(failure);
        };
    }

    private static Cause owners(String device, List<DependentDevice> devices) {
        List<DependentDevice> foreign = devices.stream().filter(other -> other.id() == NOBODYS).toList();
        String others = addresses(foreign.isEmpty() ? others(device, devices) : foreign);
        return new Cause(
                "it would reset " + others + " too, which no driver of VFIO has or which belongs to somebody else",
                "bind " + others + " to vfio-pci and attach it to the same address space");
    }

    private static Cause groups(String device, List<DependentDevice> devices) {
        String groups = devices.stream()
                .map(other -> Integer.toString(other.id()))
                .distinct()
                .collect(Collectors.joining(", "));
        String others = addresses(others(device, devices));
        return new Cause(
                "it would reset " + others + " too: all must be bound to a driver of VFIO, and whoever resets them must"
                        + " own the groups " + groups,
                "bind " + others + " to vfio-pci and open the groups " + groups);
    }

    private static List<DependentDevice> others(String device, List<DependentDevice> devices) {
        return devices.stream().filter(other -> !other.address().equals(device)).toList();
    }

    private static String addresses(List<DependentDevice> devices) {
        return devices.isEmpty()
                ? "other devices"
                : devices.stream().map(DependentDevice::address).collect(Collectors.joining(", "));
    }
}
