package org.pinion.backend.vfio;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.AddressRange;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An address space over a container of its own. A group that does not fit in is refused: there is no second one. */
final class VfioSession implements BackendSession {

    private static final Logger LOG = LoggerFactory.getLogger(VfioSession.class);

    private final String space;
    private final LongAdder ioctls;
    private final Container container;
    private final PinningFacts pinning;
    private final MappedContainer mapped;
    private final SessionDevices devices;
    private final BackendCapabilities capabilities;
    private long newlyPinned;
    private boolean closed;

    private VfioSession(Kernel kernel, String space, LongAdder ioctls, Container container) {
        this.pinning = new PinningFacts(kernel, PinningFacts.Charge.PROCESS);
        boolean iommufd = container.servedByIommufd();
        this.space = space;
        this.ioctls = ioctls;
        this.container = container;
        this.mapped = new MappedContainer(container, iommufd, space, pinning);
        this.devices = new SessionDevices(mapped, new Preflight(kernel, ioctls, iommufd, pinning), space);
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
                : "a device's memory (a BAR) goes in only where it is mapped in this process";
        return new BackendCapabilities(
                Set.of(Route.USER), pageSize, "a VFIO container takes memory by address only; " + bar);
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
        boolean pinned = devices.pin();
        DeviceHandle handle = devices.attach(device);
        if (!pinned && devices.pin()) {
            newlyPinned += mapped.bytes();
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
        mapped.map(mapping);
        if (devices.pin()) {
            newlyPinned += mapping.range().size();
        }
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        mapped.unmap(mapping);
    }

    @Override
    public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        mapped.cut(mapping, keep);
        if (devices.pin()) {
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
            return pinning.budget(mapped.entriesLeft());
        } catch (ErrnoException untold) {
            LOG.debug("'{}' does not tell how many mappings it still takes: {}", space, untold.getMessage());
            return pinning.budget(OptionalLong.empty());
        }
    }

    @Override
    public Ledger ledger() {
        long pinned = devices.pin() ? mapped.bytes() : 0;
        return new Ledger(mapped.mappings(), mapped.bytes(), pinned, ioctls.sum(), newlyPinned);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        Closing closing = new Closing("close '" + space + "'");
        devices.closeDevices(closing);
        closing.step("unmap everything", mapped::unmapAll);
        devices.closeGroups(closing);
        closing.step("close " + Container.PATH, container::close);
        closing.finish();
    }
}
