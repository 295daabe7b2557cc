package org.pinion.emulator.iommufd;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.ReservedType;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * Who may do DMA with the devices of each IOMMU group ({@code iommu_device_claim_dma_owner} in
 * drivers/iommu/iommu.c): one iommufd at a time, and none while a driver of the host drives one of them. Safe for use
 * by many threads.
 */
public final class GroupOwners {

    private static final class Claim {
        private final IommufdContext owner;
        private int devices;

        private Claim(IommufdContext owner) {
            this.owner = owner;
        }
    }

    private final Map<Integer, Claim> claims = new HashMap<>();
    private final List<HostDevice> devices;

    /**
     * @param devices the devices of the machine
     */
    public GroupOwners(List<HostDevice> devices) {
        this.devices = List.copyOf(devices);
    }

    /**
     * EPERM if somebody else owns the group, EINVAL if the firmware wants a device of it mapped one to one for ever.
     */
    synchronized void claim(HostDevice device, IommufdContext owner) throws SyscallException {
        SyscallException.require(!drivenByHost(device.group()), Errno.EPERM);
        Claim claim = claims.get(device.group());
        SyscallException.require(claim == null || claim.owner == owner, Errno.EPERM);
        SyscallException.require(!requiresDirect(device.group()), Errno.EINVAL);
        claims.computeIfAbsent(device.group(), group -> new Claim(owner)).devices++;
    }

    synchronized void release(HostDevice device) {
        claims.computeIfPresent(device.group(), (group, claim) -> --claim.devices == 0 ? null : claim);
    }

    private boolean drivenByHost(int group) {
        return devices.stream().anyMatch(one -> one.group() == group && !one.vfio() && !one.driver().isEmpty());
    }

    private boolean requiresDirect(int group) {
        return devices.stream().filter(one -> one.group() == group).flatMap(one -> one.reserved().stream())
                .anyMatch(region -> region.type() == ReservedType.DIRECT);
    }
}
