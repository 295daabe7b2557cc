package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;

/**
 * A PCI function as VFIO shows it: regions 0 to 5 are its BARs, region 7 its configuration space. One caller at a time.
 */
public final class PciFunction {

    /** Regions that a PCI function has, empty ones included (VFIO_PCI_NUM_REGIONS). */
    public static final int REGIONS = 9;

    private final String address;
    private final DmaPort port;
    private final FaultLog faults;
    private final ConfigSpace config;
    private final InterruptLine interrupts = new InterruptLine();
    private final Map<Integer, Bar> bars;

    /**
     * @param host what to build
     * @param port where its transfers go
     * @param faults what takes the transfers that are stopped
     */
    public PciFunction(HostDevice host, DmaPort port, FaultLog faults) {
        this.address = host.address();
        this.port = port;
        this.faults = faults;
        PciIdentity identity = PciIdentity.of(host.model());
        this.config = new ConfigSpace(identity);
        this.bars = bars(host.model(), identity.bars());
        bars.forEach((index, bar) -> config.bar(index, bar.size(), bar.typeBits()));
        config.enable();
    }

    private Map<Integer, Bar> bars(DeviceModel model, Map<Integer, Long> sizes) {
        return switch (model) {
            case EDU -> Map.of(0, new EduBar(new Engine(), sizes.get(0)));
            case IVSHMEM -> Map.of(
                    0, new PlainRegisters(sizes.get(0), false), 2, new MemoryBar(sizes.get(2)));
            case MTTY -> Map.of(0, new PlainRegisters(sizes.get(0), true));
        };
    }

    /**
     * @param region its index
     * @return bytes, 0 if the function has no such region
     */
    public long size(int region) {
        if (region == Vfio.PCI_CONFIG_REGION) {
            return ConfigSpace.SIZE;
        }
        return bars.containsKey(region) ? bars.get(region).size() : 0;
    }

    /**
     * @param region its index
     * @return the memory behind it, if a process may map it
     */
    public Optional<SparseMemory> memory(int region) {
        return Optional.ofNullable(bars.get(region)).flatMap(Bar::memory);
    }

    /**
     * Whether VFIO lets a process map a region, as it does with memory BARs in whole pages. Registers say so too, as on
     * a real machine; mapping them fails here, since nothing but this class answers for them.
     *
     * @param region its index
     * @return whether it says that it can be mapped
     */
    public boolean mappable(int region) {
        return bars.containsKey(region) && !bars.get(region).ports() && bars.get(region).size() % Pages.SIZE == 0;
    }

    /** {@return whether the function answers in its memory BARs} */
    public boolean memoryEnabled() {
        return config.memoryEnabled();
    }

    /**
     * @param region its index
     * @param offset where in it, bytes
     * @param into takes the bytes; all of them are inside the region
     * @throws SyscallException EIO if the function does not answer in its BARs
     */
    public void read(int region, long offset, MemorySegment into) throws SyscallException {
        if (region == Vfio.PCI_CONFIG_REGION) {
            config.read(offset, into);
        } else {
            answering(region).read(offset, into);
        }
    }

    /**
     * @param region its index
     * @param offset where in it, bytes
     * @param from the bytes; all of them are inside the region
     * @throws SyscallException EIO if the function does not answer in its BARs
     */
    public void write(int region, long offset, MemorySegment from) throws SyscallException {
        if (region == Vfio.PCI_CONFIG_REGION) {
            config.write(offset, from);
        } else {
            answering(region).write(offset, from);
        }
    }

    private Bar answering(int region) throws SyscallException {
        SyscallException.require(config.memoryEnabled(), Errno.EIO);
        return bars.get(region);
    }

    /**
     * Puts registers back to what they are after power-on. Its configuration is as before: the kernel saves it and
     * writes it again ({@code pci_try_reset_function}).
     */
    public void reset() {
        bars.values().forEach(Bar::reset);
    }

    /** Lets it answer in its BARs and do no DMA, as one that has just been enabled. */
    public void enable() {
        config.enable();
    }

    /** {@return what is told of the function's interrupts} */
    public InterruptLine interrupts() {
        return interrupts;
    }

    private final class Engine implements EduDma {
        @Override
        public void raise() {
            interrupts.raise(config.busMaster());
        }

        @Override
        public void lower() {
            interrupts.lower();
        }

        @Override
        public void run(long iova, MemorySegment buffer, boolean toMemory) {
            Optional<String> fault = config.busMaster()
                    ? port.transfer(iova, buffer, toMemory)
                    : Optional.of("the device is no bus master");
            fault.ifPresent(reason -> refuse(iova, buffer.byteSize(), toMemory, reason));
        }

        @Override
        public void refuse(long iova, long length, boolean toMemory, String reason) {
            faults.add(new DmaFault(address, iova, length, toMemory, reason));
        }
    }
}
