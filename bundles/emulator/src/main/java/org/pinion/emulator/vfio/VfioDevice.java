package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.iommufd.GroupOwners;
import org.pinion.emulator.iommufd.IommufdContext;
import org.pinion.emulator.iommufd.TransferFault;
import org.pinion.emulator.pci.DmaPort;
import org.pinion.emulator.pci.FaultLog;
import org.pinion.emulator.pci.PciFunction;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * A device that VFIO drives. It is open once through its character device, or any number of times through its group.
 * Whoever uses it holds its monitor.
 */
public final class VfioDevice {

    private final String name;
    private final HostDevice host;
    private final GroupOwners owners;
    private final PciFunction function;
    private final KernelRelease release;

    /** Those that a descriptor or an iommufd has; the others can be forgotten. */
    private final Set<DmaBuf> exported = Collections.newSetFromMap(new WeakHashMap<>());

    private final VfioGroup group;
    private DeviceBinding binding;
    private DmaPort port;
    private int opens;

    /**
     * @param name its character device's name, such as {@code vfio0}
     * @param host what it is
     * @param group its group
     * @param owners who owns each group
     * @param faults what takes the transfers that are stopped
     * @param release which features the kernel has
     */
    public VfioDevice(
            String name, HostDevice host, VfioGroup group, GroupOwners owners, FaultLog faults, KernelRelease release) {
        this.name = name;
        this.host = host;
        this.group = group;
        this.owners = owners;
        this.release = release;
        this.function = new PciFunction(host, this::transfer, faults);
    }

    /** {@return its character device's name} */
    public String name() {
        return name;
    }

    /** {@return what it is} */
    public HostDevice host() {
        return host;
    }

    PciFunction function() {
        return function;
    }

    VfioGroup group() {
        return group;
    }

    /** Whether GET_DEVICE_FD means it: a PCI function's address may be followed by blanks, for options. */
    boolean isCalled(String wanted) throws SyscallException {
        if (!host.model().pci() || !wanted.startsWith(host.address() + ' ')) {
            return wanted.equals(host.address());
        }
        // Options are for virtual functions only.
        SyscallException.require(wanted.substring(host.address().length()).isBlank(), Errno.EINVAL);
        return true;
    }

    /** EINVAL if it is open already: only one open of a character device can drive it. */
    DeviceBinding bind(IommufdContext context) throws SyscallException {
        SyscallException.require(!opened(), Errno.EINVAL);
        binding = bound(context);
        open((iova, buffer, toMemory) -> binding.transfer(iova, buffer, toMemory).map(TransferFault::text));
        return binding;
    }

    /** Writes to a region, and takes dma-bufs away or gives them back as the device's memory goes off or on. */
    void write(int region, long offset, MemorySegment from) throws SyscallException {
        boolean before = function.memoryEnabled();
        function.write(region, offset, from);
        if (before && !function.memoryEnabled()) {
            exported.forEach(DmaBuf::revoke);
        } else if (!before && function.memoryEnabled()) {
            exported.forEach(DmaBuf::restore);
        }
    }

    /**
     * EINVAL if the device has no reset of its own: then nothing has happened. Dma-bufs are given back if the device's
     * memory is on, as the command register outlives the reset (vfio_pci_ioctl_reset).
     */
    void reset() throws SyscallException {
        SyscallException.require(host.resets(), Errno.EINVAL);
        exported.forEach(DmaBuf::revoke);
        function.reset();
        if (function.memoryEnabled()) {
            exported.forEach(DmaBuf::restore);
        }
    }

    boolean exportsDmaBufs() {
        return release.exportsDmaBufs() && host.model().pci();
    }

    /** Whether who binds it may show a token. */
    boolean takesTokens() {
        return release.takesTokens();
    }

    /** Whether who attaches it may name a PASID. */
    boolean attachesPasids() {
        return release.attachesPasids();
    }

    /** Whether there are interrupts for its errors: no emulated function is of PCI Express. */
    boolean tellsErrors() {
        return release.tellsErrorsOfAll() && host.model().pci();
    }

    DmaBuf export(int bar, List<DmaBuf.Part> parts) {
        DmaBuf buffer = new DmaBuf(function.memory(bar), parts, !function.memoryEnabled());
        exported.add(buffer);
        return buffer;
    }

    private DeviceBinding bound(IommufdContext context) throws SyscallException {
        return host.model().pci() ? context.bindPhysical(host, owners) : context.bindEmulated();
    }

    /** Opens it for the first time, for an iommufd in the place of a container: it is attached at once. */
    void openCompatible(IommufdContext context) throws SyscallException {
        DeviceBinding made = bound(context);
        try {
            made.attach(context.compatibleIoas());
        } catch (SyscallException e) {
            made.unbind();
            throw e;
        }
        binding = made;
        open((iova, buffer, toMemory) -> made.transfer(iova, buffer, toMemory).map(TransferFault::text));
    }

    /** Opens it for the first time. */
    void open(DmaPort to) {
        opens = 1;
        port = to;
        putInOrder();
    }

    /** Opens it once more: it stays with the one that it was opened for. */
    void openAgain() {
        opens++;
    }

    boolean opened() {
        return opens > 0;
    }

    /** Whether it was opened for an iommufd. */
    boolean bound() {
        return binding != null;
    }

    /** A device that has no reset of its own goes from one owner to the next with what is in its registers. */
    private void putInOrder() {
        if (host.resets()) {
            function.reset();
        }
        function.enable();
    }

    void close() {
        if (--opens > 0) {
            return;
        }
        exported.forEach(DmaBuf::revoke);
        exported.clear();
        putInOrder();
        port = null;
        if (binding != null) {
            binding.unbind();
            binding = null;
        }
    }

    private Optional<String> transfer(long iova, MemorySegment buffer, boolean toMemory) {
        return port == null
                ? Optional.of(TransferFault.NOT_ATTACHED.text())
                : port.transfer(iova, buffer, toMemory);
    }
}
