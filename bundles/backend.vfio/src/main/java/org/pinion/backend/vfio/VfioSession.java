package org.pinion.backend.vfio;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
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
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.DirtyTracking;
import org.pinion.spi.backend.HandOver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An address space over a container of its own. A group that does not fit in is refused: there is no second one. */
final class VfioSession implements BackendSession {

    private static final Logger LOG = LoggerFactory.getLogger(VfioSession.class);

    final Kernel kernel;
    final LongAdder ioctls;
    final Container container;
    final BarMemory bars;
    final MappedContainer mapped;
    final Preflight preflight;
    final SessionDevices devices;
    long newlyPinned;
    private final String space;
    private final PinningFacts pinning;
    private final BackendCapabilities capabilities;
    private boolean closed;

    /**
     * @param kernel the kernel
     * @param space the address space's name, for messages
     * @param ioctls counts every ioctl
     * @param container the container
     */
    VfioSession(Kernel kernel, String space, LongAdder ioctls, Container container) {
        this.kernel = kernel;
        this.pinning = new PinningFacts(kernel, PinningFacts.Charge.PROCESS);
        boolean iommufd = container.servedByIommufd();
        this.space = space;
        this.ioctls = ioctls;
        this.container = container;
        this.bars = new BarMemory(this::open);
        this.mapped = new MappedContainer(container, iommufd, space, pinning, bars);
        this.preflight = new Preflight(kernel, ioctls, iommufd, pinning);
        this.devices = new SessionDevices(mapped, preflight, space);
        this.capabilities = capabilities(iommufd, kernel.pageSize());
    }

    /**
     * @param kernel the kernel
     * @param space the address space's name, for messages
     * @return an empty session
     * @throws IommuException if the kernel refuses; nothing stays open
     */
    static VfioSession open(Kernel kernel, String space) throws IommuException {
        LongAdder ioctls = new LongAdder();
        try {
            return new VfioSession(kernel, space, ioctls, Container.open(kernel, ioctls));
        } catch (ErrnoException failure) {
            throw OpenCauses.ofContainer(failure).failing("open '" + space + "'", failure);
        }
    }

    private static BackendCapabilities capabilities(boolean iommufd, long pageSize) {
        String bar = iommufd
                ? "iommufd, which serves this kernel's containers, takes no device's memory (a BAR) by address"
                : "a device's memory (a BAR) by the address at which it is mapped in this process";
        return new BackendCapabilities(
                Set.of(Route.USER),
                pageSize,
                "a VFIO container takes memory by address only; " + bar,
                "a second VFIO container would pin everything a second time, and charge it");
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
        return mapped.servedByIommufd()
                ? elsewhere.withoutExports(capabilities.missingRoutes())
                : elsewhere.withExportsBy(Route.USER);
    }

    @Override
    public void release(String device) throws IommuException {
        devices.release(device);
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        boolean pinned = devices.pin();
        DeviceHandle handle = devices.attach(device);
        if (!pinned && devices.pin()) {
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
            return mapped.usable().minus(devices.reserved());
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing("ask what '" + space + "' can map", failure);
        }
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        MappingCauses.requireOffTheLastPage(mapping.range(), devices.reserved());
        mapped.map(mapping);
        if (devices.pin()) {
            newlyPinned += mapping.range().size() - MappedContainer.deviceBytes(mapping);
        }
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        mapped.unmap(mapping);
    }

    @Override
    public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        mapped.cut(mapping, keep);
        if (devices.pin() && MappedContainer.deviceBytes(mapping) == 0) {
            keep.forEach(part -> newlyPinned += part.size());
        }
    }

    @Override
    public boolean pins(String device) {
        return devices.pins(device);
    }

    @Override
    public Budget budget() {
        try {
            return pinning.budget(entriesLeft());
        } catch (ErrnoException untold) {
            LOG.debug("'{}' does not tell how many mappings it still takes: {}", space, untold.getMessage());
            return pinning.budget(OptionalLong.empty());
        }
    }

    /** What is recorded is given to the next container that has an IOMMU, which takes as many as any other. */
    private OptionalLong entriesLeft() throws ErrnoException {
        OptionalLong told = mapped.entriesLeft();
        OptionalLong room = preflight.room().isPresent() || mapped.servedByIommufd()
                ? preflight.room()
                : EntryLimit.of(kernel);
        return told.isPresent() || room.isEmpty()
                ? told
                : OptionalLong.of(Math.max(0, room.getAsLong() - mapped.mappings()));
    }

    @Override
    public boolean keepsThroughCut(Mapping mapping) {
        return !mapped.remapsCuts();
    }

    @Override
    public DirtyTracking startDirtyTracking() throws IommuException {
        String operation = "track dirty pages of '" + space + "'";
        if (mapped.servedByIommufd()) {
            throw new IommuException(
                    operation,
                    "iommufd serves this kernel's containers in VFIO compatibility mode, which does not tell what"
                            + " devices write",
                    "use backend iommufd, where the IOMMU can tell");
        }
        try {
            return new DirtyTracking(mapped.startTracking(capabilities.pageSize()), false);
        } catch (ErrnoException failure) {
            throw TrackingCauses.of(failure).failing(operation, failure);
        }
    }

    @Override
    public RangeSet takeDirty(AddressRange range) throws IommuException {
        try {
            return mapped.takeDirty(range);
        } catch (ErrnoException failure) {
            throw TrackingCauses.of(failure).failing("tell dirty pages of '" + space + "'", range, failure);
        }
    }

    @Override
    public void stopDirtyTracking() throws IommuException {
        try {
            mapped.stopTracking();
        } catch (ErrnoException failure) {
            throw TrackingCauses.of(failure).failing("stop tracking dirty pages of '" + space + "'", failure);
        }
    }

    private VfioDevice open(String address) {
        return devices.attached(address);
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
        HandOver handOver = SessionRecord.write(this);
        // From here on closing this session would close what is another's.
        closed = true;
        return handOver;
    }

    @Override
    public void outliveProcess(String operation) throws IommuException {
        throw new IommuException(
                operation,
                "a VFIO container belongs to the process that maps into it: the pages are pinned through its memory and"
                        + " charged to it, and the kernel lets no other process take that over",
                "use backend iommufd on Linux 6.14 or later, or open one that ends with the process");
    }

    @Override
    public DeviceHandle attached(String device) throws IommuException {
        return devices.handle(device);
    }

    @Override
    public Ledger ledger() {
        long pinned = devices.pin() ? mapped.pinnableBytes() : 0;
        return new Ledger(mapped.mappings(), mapped.bytes(), pinned, ioctls.sum(), newlyPinned);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        Closing closing = new Closing("close '" + space + "'");
        unmapBars(closing);
        devices.closeDevices(closing);
        closing.step("unmap everything", mapped::unmapAll);
        devices.closeGroups(closing);
        closing.step("close " + Container.PATH, container::close);
        closing.finish();
    }

    /** First of all: the kernel does not notice that a BAR goes, and no device may be led to one that is gone. */
    private void unmapBars(Closing closing) {
        List<Mapping> bars = mapped.recorded().stream()
                .filter(mapping -> mapping.backing() instanceof Backing.DeviceBar)
                .toList();
        for (Mapping bar : bars) {
            try {
                mapped.unmap(bar);
            } catch (IommuException failure) {
                // One that the kernel does not have leads nobody anywhere.
                if (failure.errno().filter(Errno.ENOENT.name()::equals).isEmpty()) {
                    closing.failed(failure);
                }
            }
        }
    }
}
