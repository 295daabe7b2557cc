package org.pinion.backend.iommufd;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.Closing;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** An address space over an iommufd of its own, so that spaces have nothing in common. */
final class IommufdSession implements BackendSession {

    private final String space;
    private final IommuFd iommu;
    private final PinningFacts pinning;
    private final MappedIoas mapped;
    private final SessionDevices devices;
    private final BackendCapabilities capabilities;
    private long newlyPinned;
    private boolean closed;

    private IommufdSession(Kernel kernel, String space, IommuFd iommu, int ioas, boolean mapsFiles) {
        this.pinning = new PinningFacts(kernel, PinningFacts.Charge.USER);
        this.space = space;
        this.iommu = iommu;
        this.mapped = new MappedIoas(kernel, iommu, ioas, space, pinning);
        this.devices = new SessionDevices(kernel, iommu, mapped, space, pinning);
        this.capabilities = capabilities(mapsFiles, kernel.pageSize());
    }

    /**
     * @param kernel the kernel
     * @param space the address space's name, for messages
     * @return an empty session
     * @throws IommuException if the kernel refuses; nothing stays open
     */
    static IommufdSession open(Kernel kernel, String space) throws IommuException {
        String operation = "open '" + space + "'";
        try {
            IommuFd iommu = IommuFd.open(kernel);
            return open(kernel, space, iommu);
        } catch (ErrnoException failure) {
            throw OpenCauses.ofIommu(failure).failing(operation, failure);
        }
    }

    private static IommufdSession open(Kernel kernel, String space, IommuFd iommu) throws ErrnoException {
        try {
            int ioas = iommu.allocateIoas();
            return new IommufdSession(kernel, space, iommu, ioas, iommu.mapsFiles(ioas));
        } catch (ErrnoException | RuntimeException failure) {
            try {
                iommu.close();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    private static BackendCapabilities capabilities(boolean mapsFiles, long pageSize) {
        return mapsFiles
                ? new BackendCapabilities(Set.of(Route.USER, Route.FILE, Route.DMA_BUF), pageSize, "")
                : new BackendCapabilities(
                        Set.of(Route.USER),
                        pageSize,
                        "the kernel has no IOMMU_IOAS_MAP_FILE (Linux 6.13 and later), so memory goes by address and a"
                                + " device's memory (a BAR) not at all");
    }

    @Override
    public BackendCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        return devices.preflight(device);
    }

    @Override
    public void release(String device) throws IommuException {
        devices.release(device);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        boolean pinned = pins();
        DeviceHandle handle = devices.attach(device);
        if (!pinned && pins()) {
            newlyPinned += mapped.pinnableBytes();
        }
        return handle;
    }

    @Override
    public void detach(String device) throws IommuException {
        devices.detach(device);
    }

    @Override
    public RangeSet usable() throws IommuException {
        try {
            // The kernel knows of a group's regions only what its attached members reserve; see Preflight.
            return mapped.ranges().usable().minus(devices.reserved());
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing("ask what '" + space + "' can map", failure);
        }
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        if (mapping.route() == Route.DMA_BUF && mapping.backing() instanceof Backing.DeviceBar bar) {
            mapped.mapBar(mapping, bar, devices.owner(mapping, bar.device()));
            return;
        }
        mapped.map(mapping);
        if (pins()) {
            newlyPinned += mapping.range().size();
        }
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        mapped.unmap(mapping);
    }

    @Override
    public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        if (mapping.route() == Route.DMA_BUF) {
            // A dma-buf's mapping is not known to survive being copied, and pins nothing that a copy would keep.
            BackendSession.super.cut(mapping, keep);
        } else {
            mapped.cut(mapping, keep, devices.pinningDevice());
        }
    }

    @Override
    public boolean pins(String device) {
        return devices.pins(device);
    }

    @Override
    public boolean keepsCutPages() {
        return true;
    }

    @Override
    public Budget budget() {
        return pinning.budget(OptionalLong.empty());
    }

    private boolean pins() {
        return devices.pinningDevice().isPresent();
    }

    @Override
    public Ledger ledger() {
        // Pages are pinned once for all page tables of an IOAS, and not at all while it has none.
        long pinned = pins() ? mapped.pinnableBytes() : 0;
        return new Ledger(mapped.mappings(), mapped.bytes(), pinned, iommu.ioctls().sum(), newlyPinned);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        Closing closing = new Closing("close '" + space + "'");
        devices.close(closing);
        closing.step("unmap everything", mapped::unmapAll);
        closing.step("destroy the IOAS", () -> iommu.destroy(mapped.id()));
        closing.step("close " + IommuFd.PATH, iommu::close);
        closing.finish();
    }
}
