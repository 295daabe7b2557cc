package org.pinion.emulator.iommufd;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What the PASIDs of a group's devices are attached to ({@code pasid_attach} of struct iommufd_group): as the devices
 * themselves have one page table together, so has each of their PASIDs. Only the first device that is attached, and a
 * change, are the driver's matter. Guarded by the iommufd's lock.
 */
final class GroupPasids {

    /** A PASID's page table, and the devices that were attached to it. */
    private record Attached(PageTable table, Set<PhysicalDevice> devices) {}

    private final Map<Integer, Attached> attached = new TreeMap<>();

    boolean isEmpty() {
        return attached.isEmpty();
    }

    /** What a PASID of a device is attached to, or null. */
    PageTable attachedTo(PhysicalDevice device, int pasid) {
        Attached all = attached.get(pasid);
        return all != null && all.devices.contains(device) ? all.table : null;
    }

    /** EINVAL if the PASID of another device has another page table, and what the driver answers. */
    void attach(PhysicalDevice device, int pasid, PageTable table) throws SyscallException {
        Attached all = attached.get(pasid);
        SyscallException.require(all == null || all.table == table, Errno.EINVAL);
        if (all == null) {
            requireFitting(device, pasid, table);
            all = new Attached(table, new HashSet<>());
            attached.put(pasid, all);
        }
        all.devices.add(device);
        table.use();
    }

    /** Moves the PASID of all devices, one of which is attached; on failure all stay. */
    void replace(PhysicalDevice device, int pasid, PageTable table) throws SyscallException {
        Attached all = attached.get(pasid);
        requireFitting(device, pasid, table);
        attached.put(pasid, new Attached(table, all.devices));
        all.devices.forEach(moved -> {
            moved.leaving(all.table);
            all.table.release();
            table.use();
        });
    }

    /** Does nothing if it is not attached. */
    void detach(PhysicalDevice device, int pasid) {
        Attached all = attached.get(pasid);
        if (all != null && all.devices.remove(device)) {
            device.leaving(all.table);
            all.table.release();
            if (all.devices.isEmpty()) {
                attached.remove(pasid);
                device.iommu().pasidDetached(pasid);
            }
        }
    }

    void detachAll(PhysicalDevice device) {
        Set.copyOf(attached.keySet()).forEach(pasid -> detach(device, pasid));
    }

    /** EINVAL unless all is made for PASIDs (iommufd_hwpt_pasid_compat), and what the driver answers. */
    private static void requireFitting(PhysicalDevice device, int pasid, PageTable table) throws SyscallException {
        SyscallException.require(table.forPasids(), Errno.EINVAL);
        PageTable whole = device.group().pageTable();
        SyscallException.require(whole == null || whole.forPasids(), Errno.EINVAL);
        Errno refusal = device.iommu().refusalOfPasid(pasid, table).orElse(null);
        if (refusal != null) {
            throw new SyscallException(refusal);
        }
    }
}
