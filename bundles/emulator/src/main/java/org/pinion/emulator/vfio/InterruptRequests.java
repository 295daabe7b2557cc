package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.file.EventFile;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.pci.InterruptLine;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIrqInfo;
import org.pinion.linux.uapi.VfioIrqSet;

/**
 * The requests about a device's interrupts (drivers/vfio/pci/vfio_pci_intrs.c). {@code edu} has one, as INTx or as
 * MSI; every device has the host's request to let go, and a PCI function its errors; they never come here.
 */
final class InterruptRequests {

    /** INTx, MSI, MSI-X, errors, request. */
    static final int KINDS = 5;

    private static final int NONE = -1;
    private static final int DATA = Vfio.IRQ_SET_DATA_NONE | Vfio.IRQ_SET_DATA_BOOL | Vfio.IRQ_SET_DATA_EVENTFD;
    private static final int ACTION =
            Vfio.IRQ_SET_ACTION_MASK | Vfio.IRQ_SET_ACTION_UNMASK | Vfio.IRQ_SET_ACTION_TRIGGER;

    private final VfioDevice device;
    private final FileTable files;
    private int enabled = NONE;

    InterruptRequests(VfioDevice device, FileTable files) {
        this.device = device;
        this.files = files;
    }

    void info(MemorySegment argument) throws SyscallException {
        MemorySegment copy = UserMemory.copyIn(argument, VfioIrqInfo.SIZE);
        VfioIrqInfo info = new VfioIrqInfo(copy);
        SyscallException.require(
                Integer.compareUnsigned(info.declaredSize(), VfioIrqInfo.SIZE) >= 0
                        && Integer.compareUnsigned(info.index(), KINDS) < 0
                        && (info.index() != Vfio.PCI_ERR_IRQ || device.tellsErrors()),
                Errno.EINVAL);
        int more = info.index() == Vfio.PCI_INTX_IRQ
                ? Vfio.IRQ_MASKABLE | Vfio.IRQ_AUTOMASKED
                : Vfio.IRQ_NORESIZE;
        info.count(count(info.index())).flags(Vfio.IRQ_EVENTFD | more);
        UserMemory.copyOut(copy, argument, VfioIrqInfo.SIZE);
    }

    private int count(int kind) {
        boolean edu = device.host().model() == DeviceModel.EDU;
        return switch (kind) {
            case Vfio.PCI_INTX_IRQ, Vfio.PCI_MSI_IRQ -> edu ? 1 : 0;
            case Vfio.PCI_ERR_IRQ -> device.tellsErrors() ? 1 : 0;
            case Vfio.PCI_REQ_IRQ -> 1;
            default -> 0;
        };
    }

    /** EINVAL for what the device does not have, for a bad combination, or while another kind is enabled. */
    void set(MemorySegment argument) throws SyscallException {
        VfioIrqSet set = new VfioIrqSet(UserMemory.copyIn(argument, VfioIrqSet.SIZE));
        int data = set.flags() & DATA;
        int action = set.flags() & ACTION;
        boolean known = (set.flags() & ~(DATA | ACTION)) == 0
                && Integer.bitCount(data) == 1
                && Integer.bitCount(action) == 1
                && Integer.compareUnsigned(set.index(), KINDS) < 0;
        SyscallException.require(
                Integer.compareUnsigned(set.declaredSize(), VfioIrqSet.SIZE) >= 0 && known, Errno.EINVAL);
        long last = Integer.toUnsignedLong(set.start()) + Integer.toUnsignedLong(set.count());
        SyscallException.require(last <= count(set.index()), Errno.EINVAL);
        if (set.index() != Vfio.PCI_REQ_IRQ && set.index() != Vfio.PCI_ERR_IRQ) {
            carryOut(set, data, action, argument);
        }
    }

    private void carryOut(VfioIrqSet set, int data, int action, MemorySegment argument) throws SyscallException {
        InterruptLine line = device.function().interrupts();
        if (action == Vfio.IRQ_SET_ACTION_TRIGGER) {
            trigger(set, data, argument, line);
            return;
        }
        SyscallException.require(
                set.index() == Vfio.PCI_INTX_IRQ && enabled == Vfio.PCI_INTX_IRQ && set.count() == 1, Errno.EINVAL);
        SyscallException.require(data == Vfio.IRQ_SET_DATA_NONE, Errno.ENOTTY);
        if (action == Vfio.IRQ_SET_ACTION_MASK) {
            line.mask();
        } else {
            line.unmask();
        }
    }

    private void trigger(VfioIrqSet set, int data, MemorySegment argument, InterruptLine line)
            throws SyscallException {
        if (data == Vfio.IRQ_SET_DATA_NONE && set.count() == 0) {
            disable(set.index());
            return;
        }
        SyscallException.require(enabled == NONE || enabled == set.index(), Errno.EINVAL);
        SyscallException.require(data == Vfio.IRQ_SET_DATA_EVENTFD && set.count() == 1, Errno.EINVAL);
        MemorySegment copy = UserMemory.copyIn(argument, VfioIrqSet.SIZE + Integer.BYTES);
        int fd = copy.get(ValueLayout.JAVA_INT_UNALIGNED, VfioIrqSet.SIZE);
        if (!(files.get(fd) instanceof EventFile told)) {
            throw new SyscallException(Errno.EINVAL);
        }
        line.enable(told, set.index() == Vfio.PCI_INTX_IRQ);
        enabled = set.index();
    }

    private void disable(int kind) {
        if (enabled == kind) {
            device.function().interrupts().disable();
            enabled = NONE;
        }
    }

    /** The file was closed. */
    void release() {
        if (enabled != NONE) {
            disable(enabled);
        }
    }
}
