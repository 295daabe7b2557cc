package org.pinion.backend.iommufd;

import org.pinion.device.cause.Cause;
import org.pinion.device.cause.FileCauses;
import org.pinion.linux.ErrnoException;

/** Why a BAR was not exported as a dma-buf, in words: drivers/vfio/pci/vfio_pci_dmabuf.c. */
final class ExportCauses {

    private ExportCauses() {}

    /**
     * @param bar the BAR's number
     * @param device the address of the device that has it
     * @param failure the kernel's answer
     * @return the cause
     */
    static Cause of(int bar, String device, ErrnoException failure) {
        String subject = "BAR " + bar + " of " + device;
        return switch (failure.errno()) {
            case ENOTTY ->
                new Cause(
                        "the kernel exports no dma-buf of a BAR: it is too old or was built without VFIO_PCI_DMABUF",
                        "use a kernel that has CONFIG_VFIO_PCI_DMABUF");
            case EOPNOTSUPP ->
                new Cause("the driver of " + device + " exports no dma-buf of a BAR", "bind the device to vfio-pci");
            case ENODEV ->
                new Cause(subject + " is in use by the host, or the device is going away", "free the BAR on the host");
            case EINVAL ->
                new Cause(subject + " is no memory that a peer could reach (I/O ports, no peer-to-peer provider)", "");
            case ENOMEM -> new Cause("the kernel has no memory for a dma-buf of " + subject, "free some memory");
            case EMFILE, ENFILE -> FileCauses.tooMany();
            default -> Cause.unknown(failure);
        };
    }
}
