package org.example.vhostvdpa;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.IommuBackend;

/** The backend {@code vhost-vdpa}: an address space is the same set of mappings in the IOTLB of each of its devices. */
@Component
@BackendType("vhost-vdpa")
public final class VhostVdpaBackend implements IommuBackend {

    private static final String MAKE_ONE =
            "modprobe vhost_vdpa; modprobe vdpa_sim_blk; vdpa dev add name vdpa0 mgmtdev vdpasim_blk";

    /** A machine with vdpa devices may have neither of the nodes by which the launcher knows one with an IOMMU. */
    private static final String BE_NATIVE = "set PINION_OPTS=-Dorg.pinion.kernel=native";

    private final Kernel kernel;
    private final VdpaBus bus;

    /**
     * @param kernel the kernel that has the devices
     */
    @Activate
    public VhostVdpaBackend(@Reference Kernel kernel) {
        this.kernel = kernel;
        this.bus = new VdpaBus(kernel);
    }

    /** Looks at {@code /sys} only: to open a device is to reset it. */
    @Override
    public Availability probe() {
        try {
            List<VdpaBus.Entry> all = bus.entries();
            List<String> ready = all.stream()
                    .filter(entry -> entry.node().isPresent())
                    .map(entry -> entry.name() + " is " + entry.node().get())
                    .toList();
            return ready.isEmpty()
                    ? new Availability(false, kernel.type(), why(all) + "; remedy: " + remedy())
                    : new Availability(true, kernel.type(), String.join(", ", ready));
        } catch (IOException unreadable) {
            return new Availability(false, kernel.type(), "/sys cannot be read: " + unreadable.getMessage());
        }
    }

    private String remedy() {
        return kernel.type().equals(Kernel.NATIVE) ? MAKE_ONE : BE_NATIVE;
    }

    private String why(List<VdpaBus.Entry> all) {
        return all.isEmpty()
                ? kernel.description() + " shows no vdpa device"
                : "no vdpa device has driver " + VdpaBus.DRIVER;
    }

    @Override
    public List<HostDevice> devices() throws IommuException {
        try {
            return bus.entries().stream().map(VdpaBus.Entry::device).toList();
        } catch (IOException unreadable) {
            throw VdpaBus.unreadable("list the host's devices", unreadable);
        }
    }

    /** Nothing is opened before there is a device: without one an address space is a list. */
    @Override
    public BackendSession open(String name) {
        return new VhostVdpaSession(kernel, bus, name);
    }

    @Override
    public Set<Integer> adopts() {
        return Set.of(SessionRecord.VERSION);
    }

    @Override
    public BackendSession adopt(String name, HandOver handOver) throws IommuException {
        String operation = "adopt '" + name + "'";
        handOver.requireKernel(kernel, operation);
        if (!adopts().contains(handOver.version())) {
            throw new IommuException(
                    operation, "version %d is not one of %s".formatted(handOver.version(), adopts()), "");
        }
        try {
            return SessionRecord.read(kernel, name, handOver);
        } catch (IllegalArgumentException torn) {
            throw new IommuException(operation, null, null, torn.getMessage(), "", torn);
        }
    }
}
