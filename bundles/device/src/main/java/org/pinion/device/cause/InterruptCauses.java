package org.pinion.device.cause;

import org.pinion.api.InterruptKind;
import org.pinion.linux.ErrnoException;

/** Why a device's interrupts were not enabled, in words: drivers/vfio/pci/vfio_pci_intrs.c. */
public final class InterruptCauses {

    private static final InterruptKind[] KINDS = InterruptKind.values();

    private InterruptCauses() {}

    /**
     * @param kind a kind of interrupts, such as {@link org.pinion.linux.uapi.Vfio#PCI_MSI_IRQ}
     * @return its name
     */
    public static String name(int kind) {
        return kind >= 0 && kind < KINDS.length ? KINDS[kind].toString() : Integer.toString(kind);
    }

    /**
     * @param kind which kind of interrupts
     * @param failure the kernel's answer
     * @return the cause
     */
    public static Cause of(int kind, ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL ->
                new Cause("the device has not that many " + name(kind) + " interrupts, or those of another kind are"
                                + " enabled: of INTx, MSI and MSI-X one at a time",
                        "ask for as many as the device has, and close the others first");
            case ENOSPC -> new Cause("the host has not that many interrupt vectors left", "enable fewer");
            case EBUSY -> new Cause("the host has given the interrupt line to another driver",
                    "use MSI or MSI-X, or unbind the other driver");
            case EMFILE, ENFILE -> FileCauses.tooMany();
            case EBADF -> new Cause("the device was detached", "attach it again");
            case EIO -> new Cause("the device does not answer: its memory is disabled or it is asleep",
                    "enable memory in its command register, or reset it");
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param kind which kind of interrupts
     * @param failure the kernel's answer to unmasking one
     * @return the cause
     */
    public static Cause ofUnmasking(InterruptKind kind, ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL, ENOTTY -> new Cause("the kernel does not mask " + kind + " interrupts of devices", "");
            case EBADF -> new Cause("the device was detached", "attach it again");
            default -> Cause.unknown(failure);
        };
    }
}
