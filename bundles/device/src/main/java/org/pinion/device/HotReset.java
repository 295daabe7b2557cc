package org.pinion.device;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioPciDependentDevice;
import org.pinion.linux.uapi.VfioPciHotReset;
import org.pinion.linux.uapi.VfioPciHotResetInfo;

/** Resets a whole bus or slot of PCI (drivers/vfio/pci/vfio_pci_core.c, {@code vfio_pci_ioctl_pci_hot_reset}). */
final class HotReset {

    private static final int FIRST_GUESS = 8;

    private HotReset() {}

    static List<DependentDevice> devices(VfioDevice device) throws ErrnoException {
        int room = FIRST_GUESS;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                VfioPciHotResetInfo info = VfioPciHotResetInfo.allocate(arena, room);
                int answer = device.ioctl(Vfio.DEVICE_GET_PCI_HOT_RESET_INFO, info);
                if (answer != Errno.ENOSPC.answer() || info.count() <= room) {
                    device.check("ask what a hot reset resets", answer);
                    return read(info);
                }
                room = info.count();
            }
        }
    }

    private static List<DependentDevice> read(VfioPciHotResetInfo info) {
        List<DependentDevice> devices = new ArrayList<>(info.count());
        for (int i = 0; i < info.count(); i++) {
            VfioPciDependentDevice one = info.device(i);
            int slotAndFunction = Byte.toUnsignedInt(one.devfn());
            String address = "%04x:%02x:%02x.%d".formatted(
                    Short.toUnsignedInt(one.segment()),
                    Byte.toUnsignedInt(one.bus()),
                    slotAndFunction >>> 3,
                    slotAndFunction & 7);
            devices.add(new DependentDevice(address, one.groupId()));
        }
        return devices;
    }

    /** With no group given the kernel looks whether all devices belong to the iommufd of this one. */
    static void run(VfioDevice device, List<Integer> groups) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioPciHotReset reset = VfioPciHotReset.allocate(arena, groups.size()).count(groups.size());
            for (int i = 0; i < groups.size(); i++) {
                reset.groupFd(i, groups.get(i));
            }
            device.check("hot reset", device.ioctl(Vfio.DEVICE_PCI_HOT_RESET, reset));
        }
    }
}
