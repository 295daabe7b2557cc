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
 * drivers/iommu/iommu.c): one iommufd or one open group at a time, and none while a driver of the host drives one of
 * them. Safe for use by many threads.
 */
public final class GroupOwners {

    private static final class Claim {
        private final Object owner;
        private int devices;

        private Claim(Object owner) {
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
     * EPERM if interrupts of a device of the group are not isolated (iommu_group_has_isolated_msi) or somebody else
     * owns it, EINVAL if the firmware wants a device of it mapped one to one for ever.
     */
    synchronized void claim(HostDevice device, IommufdContext owner) throws SyscallException {
        SyscallException.require(isolated(device.group()), Errno.EPERM);
        SyscallException.require(!drivenByHost(device.group()), Errno.EPERM);
        Claim claim = claims.get(device.group());
        SyscallException.require(claim == null || claim.owner == owner, Errno.EPERM);
        SyscallException.require(!requiresDirect(device.group()), Errno.EINVAL);
        claims.computeIfAbsent(device.group(), group -> new Claim(owner)).devices++;
    }

    synchronized void release(HostDevice device) {
        claims.computeIfPresent(device.group(), (group, claim) -> --claim.devices == 0 ? null : claim);
    }

    /**
     * Claims all devices of a group together.
     *
     * @param group a group's number
     * @param owner who it is to be
     * @throws SyscallException EPERM if somebody owns the group, EINVAL if the firmware wants a device of it mapped one
     *         to one for ever
     */
    public synchronized void claimGroup(int group, Object owner) throws SyscallException {
        SyscallException.require(!owned(group), Errno.EPERM);
        SyscallException.require(!requiresDirect(group), Errno.EINVAL);
        claims.put(group, new Claim(owner));
    }

    /**
     * Gives a group back that was claimed as a whole.
     *
     * @param group its number
     */
    public synchronized void releaseGroup(int group) {
        claims.remove(group);
    }

    /**
     * @param group a group's number
     * @return whether somebody owns it, or a driver of the host drives a device of it
     */
    public synchronized boolean owned(int group) {
        return claims.containsKey(group) || drivenByHost(group);
    }

    private boolean isolated(int group) {
        return devices.stream().noneMatch(one -> one.group() == group && one.unsafeInterrupts());
    }

    private boolean drivenByHost(int group) {
        return devices.stream().anyMatch(one -> one.group() == group && !one.vfio() && !one.driver().isEmpty());
    }

    private boolean requiresDirect(int group) {
        return devices.stream().filter(one -> one.group() == group).flatMap(one -> one.reserved().stream())
                .anyMatch(region -> region.type() == ReservedType.DIRECT);
    }
}
