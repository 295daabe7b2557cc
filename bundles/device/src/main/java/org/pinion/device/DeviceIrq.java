package org.pinion.device;

import java.lang.foreign.Arena;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIrqInfo;

/**
 * A kind of interrupts of a device, as {@code VFIO_DEVICE_GET_IRQ_INFO} tells ({@code struct vfio_irq_info}).
 *
 * @param index which kind; for PCI functions 0 INTx, 1 MSI, 2 MSI-X, 3 errors, 4 the host's request to let go
 * @param count how many there are, 0 if the device has none of the kind
 * @param eventfd whether an eventfd can be told of them
 * @param maskable whether they can be masked
 * @param automasked whether one masks itself when it comes, until it is unmasked
 */
public record DeviceIrq(int index, int count, boolean eventfd, boolean maskable, boolean automasked) {

    static DeviceIrq ask(VfioDevice device, int index) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioIrqInfo info = VfioIrqInfo.allocate(arena).index(index);
            device.check("ask about interrupts " + index, device.ioctl(Vfio.DEVICE_GET_IRQ_INFO, info));
            int flags = info.flags();
            return new DeviceIrq(
                    index,
                    info.count(),
                    (flags & Vfio.IRQ_EVENTFD) != 0,
                    (flags & Vfio.IRQ_MASKABLE) != 0,
                    (flags & Vfio.IRQ_AUTOMASKED) != 0);
        }
    }
}
