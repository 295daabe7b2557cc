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
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.Closing;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.DirtyTracking;
import org.pinion.spi.backend.HandOver;

/** An address space over an iommufd of its own, so that spaces have nothing in common. */
final class IommufdSession implements BackendSession {

    final Kernel kernel;
    final SessionOptions options;
    final IommuFd iommu;
    final MappedIoas mapped;
    final ApartSpaces apart;
    final PageTables pageTables;
    final SessionDevices devices;
    long newlyPinned;
    private final String space;
    private final PinningFacts pinning;
    private BackendCapabilities capabilities;
    private boolean lasting;
    private boolean closed;

    /**
     * @param kernel the kernel
     * @param space the address space's name, for messages
     * @param iommu the iommufd
     * @param ioas the IOAS in it
     * @param mapsFiles whether the kernel maps files
     * @param options what the kernel was told about it
     */
    IommufdSession(Kernel kernel, String space, IommuFd iommu, int ioas, boolean mapsFiles, SessionOptions options) {
        this.kernel = kernel;
        this.options = options;
        this.pinning = new PinningFacts(kernel, options.charge());
        this.space = space;
        this.iommu = iommu;
        this.mapped = new MappedIoas(kernel, iommu, ioas, space, pinning);
        this.pageTables = new PageTables(iommu, mapped);
        this.apart = new ApartSpaces(iommu, mapped, new Maker());
        this.devices = new SessionDevices(kernel, iommu, mapped, apart, pageTables, space, pinning);
        this.capabilities = capabilities(mapsFiles, kernel.pageSize());
    }

    /**
     * @param kernel the kernel
     * @param space the address space's name, for messages
     * @param options what the kernel is told about it
     * @return an empty session
     * @throws IommuException if the kernel refuses; nothing stays open
     */
    static IommufdSession open(Kernel kernel, String space, SessionOptions options) throws IommuException {
        String operation = "open '" + space + "'";
        try {
            IommuFd iommu = IommuFd.open(kernel);
            return open(kernel, space, options, iommu);
        } catch (ErrnoException failure) {
            throw OpenCauses.ofIommu(failure).failing(operation, failure);
        }
    }

    private static IommufdSession open(Kernel kernel, String space, SessionOptions options, IommuFd iommu)
            throws ErrnoException, IommuException {
        try {
            if (options.charge() == PinningFacts.Charge.PROCESS) {
                chargeProcess(iommu, "open '" + space + "'");
            }
            int ioas = iommu.allocateIoas();
            prepare(iommu, ioas, options);
            return new IommufdSession(kernel, space, iommu, ioas, iommu.mapsFiles(ioas), options);
        } catch (ErrnoException | IommuException | RuntimeException failure) {
            try {
                iommu.close();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    private static void prepare(IommuFd iommu, int ioas, SessionOptions options) throws ErrnoException {
        if (!options.hugePages()) {
            iommu.set(Iommufd.OPTION_HUGE_PAGES, ioas, 0);
        }
    }

    private VfioDevice owner(Mapping mapping, String device) throws IommuException {
        return devices.owner(mapping, device);
    }

    /** Makes IOASes beside the session's own. */
    private final class Maker implements ApartSpaces.Maker {

        @Override
        public ApartSpace make(Scratch object, DeviceLimits limits) {
            MappedIoas beside = new MappedIoas(kernel, iommu, object.ioas(), space, pinning);
            return new ApartSpace(mapped, object, beside, limits, IommufdSession.this::owner);
        }

        @Override
        public void prepare(Scratch object) throws ErrnoException {
            IommufdSession.prepare(iommu, object.ioas(), options);
        }
    }

    /** The kernel takes this for an iommufd with nothing in it. */
    private static void chargeProcess(IommuFd iommu, String operation) throws ErrnoException, IommuException {
        try {
            iommu.set(Iommufd.OPTION_RLIMIT_MODE, 0, 1);
        } catch (ErrnoException failure) {
            if (failure.errno() != Errno.EPERM) {
                throw failure;
            }
            throw new Cause(
                            "org.pinion.backend.iommufd is configured with memlock.charge=process, and to choose who is"
                                    + " charged for pinned memory the process needs CAP_SYS_RESOURCE",
                            "give it CAP_SYS_RESOURCE, or configure memlock.charge=user")
                    .failing(operation, failure);
        }
    }

    private static BackendCapabilities capabilities(boolean mapsFiles, long pageSize) {
        return mapsFiles
                ? new BackendCapabilities(Set.of(Route.USER, Route.FILE, Route.DMA_BUF), pageSize, "", "")
                : new BackendCapabilities(
                        Set.of(Route.USER),
                        pageSize,
                        "the kernel has no IOMMU_IOAS_MAP_FILE (Linux 6.13 and later), so memory goes by address and a"
                                + " device's memory (a BAR) not at all",
                        "");
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
    public DeviceLimits expect(DeviceLimits elsewhere) {
        return capabilities.routes().contains(Route.DMA_BUF)
                ? elsewhere.withExportsBy(Route.DMA_BUF)
                : elsewhere.withoutExports(capabilities.missingRoutes());
    }

    @Override
    public void release(String device) throws IommuException {
        devices.release(device);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        // A page table that stayed forbids what is beyond its aperture.
        iommu.sweep();
        long before = pinnedBytes();
        DeviceHandle handle = devices.attach(device).access();
        pinnedSince(before);
        return handle;
    }

    @Override
    public void separate(String device, List<Mapping> held) throws IommuException {
        long before = pinnedBytes();
        devices.separate(device, held);
        pinnedSince(before);
    }

    @Override
    public void join(String device) throws IommuException {
        long before = pinnedBytes();
        devices.join(device);
        pinnedSince(before);
    }

    private void pinnedSince(long before) {
        newlyPinned += Math.max(0, pinnedBytes() - before);
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
        MappingCauses.requireOffTheLastPage(mapping.range(), devices.reserved());
        if (mapping.route() == Route.DMA_BUF && mapping.backing() instanceof Backing.DeviceBar bar) {
            mapped.mapBar(mapping, bar, devices.owner(mapping, bar.device()));
            apart.add(mapping);
            return;
        }
        long before = pinnedBytes();
        mapped.map(mapping);
        apart.add(mapping);
        pinnedSince(before);
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        pageTables.changing(mapping.range());
        apart.remove(mapping.range());
        mapped.unmap(mapping);
    }

    @Override
    public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        if (mapping.route() == Route.DMA_BUF) {
            // A dma-buf's mapping is not known to survive being copied, and pins nothing that a copy would keep.
            BackendSession.super.cut(mapping, keep);
        } else {
            pageTables.changing(mapping.range());
            cutPinned(mapping, keep);
        }
    }

    private void cutPinned(Mapping mapping, List<AddressRange> keep) throws IommuException {
        boolean anew = !devices.keepPages();
        try {
            apart.cut(mapping, keep, devices::keepingDevice, () ->
                    mapped.cut(mapping, keep, devices.keepingDevice(mapped)));
            newlyPinned += anew ? bytes(keep) : 0;
        } catch (CutException halfWay) {
            newlyPinned += anew ? bytes(halfWay.left()) : 0;
            throw halfWay;
        }
    }

    private static long bytes(List<AddressRange> ranges) {
        return ranges.stream().mapToLong(AddressRange::size).sum();
    }

    @Override
    public boolean pins(String device) {
        return devices.pins(device);
    }

    @Override
    public boolean keepsCutPages() {
        return devices.keepPages();
    }

    @Override
    public boolean keepsThroughCut(Mapping mapping) {
        return mapping.route() != Route.DMA_BUF && devices.keepPages();
    }

    @Override
    public DirtyTracking startDirtyTracking() throws IommuException {
        String operation = "track dirty pages of '" + space + "'";
        if (lasting) {
            throw Outliving.noTracking(operation);
        }
        devices.requireTold(operation);
        try {
            pageTables.start();
            return new DirtyTracking(mapped.pageSize(), true);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, failure);
        }
    }

    @Override
    public RangeSet takeDirty(AddressRange range) throws IommuException {
        try {
            return pageTables.take(range);
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing("tell dirty pages of '" + space + "'", range, failure);
        }
    }

    @Override
    public void stopDirtyTracking() throws IommuException {
        try {
            pageTables.stop();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing("stop tracking dirty pages of '" + space + "'", failure);
        }
    }

    @Override
    public Budget budget() {
        return pinning.budget(OptionalLong.empty());
    }

    /** Pages are pinned once for all page tables, and not at all while there is none that shows them. */
    private long pinnedBytes() {
        // What is beside the session's IOAS is a part of what is in it.
        return devices.pinIn(mapped) ? mapped.pinnableBytes() : apart.pinnedBytes(devices::pinIn);
    }

    @Override
    public Ledger ledger() {
        return new Ledger(mapped.mappings(), mapped.bytes(), pinnedBytes(), iommu.ioctls().sum(), newlyPinned);
    }

    @Override
    public Set<Integer> handsOver() {
        return Set.of(SessionRecord.VERSION);
    }

    @Override
    public HandOver handOver(int version) throws IommuException {
        if (!handsOver().contains(version)) {
            throw new IommuException(
                    "hand '" + space + "' over", "version %d is not one of %s".formatted(version, handsOver()), "");
        }
        iommu.sweep();
        HandOver handOver = SessionRecord.write(this);
        // From here on closing this session would close what is another's.
        closed = true;
        return handOver;
    }

    @Override
    public DeviceHandle attached(String device) throws IommuException {
        return devices.attached(device).access();
    }

    @Override
    public void outliveProcess(String operation) throws IommuException {
        Outliving.require(iommu, operation);
        lasting = true;
        capabilities = Outliving.capabilities(kernel.pageSize());
    }

    @Override
    public HandOver lasting(Set<String> leaving) {
        iommu.sweep();
        return SessionRecord.lasting(this, leaving);
    }

    @Override
    public void changeProcess(String operation, List<Mapping> entries, List<Mapping> doubtful) throws IommuException {
        Outliving.changeProcess(iommu, operation);
        mapped.goOnAfterCrash(operation, entries, doubtful);
        Outliving.endDrivers(devices.open(), operation);
        Strays.destroy(this);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        Closing closing = new Closing("close '" + space + "'");
        devices.close(closing);
        apart.close(closing);
        iommu.sweep();
        closing.step("unmap everything", mapped::unmapAll);
        closing.step("destroy the IOAS", () -> iommu.destroy(mapped.id()));
        closing.step("close " + IommuFd.PATH, iommu::close);
        closing.finish();
    }
}
