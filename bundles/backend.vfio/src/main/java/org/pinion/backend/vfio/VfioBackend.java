package org.pinion.backend.vfio;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.cause.Cause;
import org.pinion.device.host.HostDevices;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.IommuBackend;

/** The backend {@code vfio}: each address space is a container ({@code /dev/vfio/vfio}) of its own. */
@Component
@BackendType("vfio")
public final class VfioBackend implements IommuBackend {

    private final Kernel kernel;

    /**
     * @param kernel the kernel that has the devices
     */
    @Activate
    public VfioBackend(@Reference Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Availability probe() {
        try (Container container = Container.open(kernel, new LongAdder())) {
            String found = Container.PATH + " of " + kernel.description();
            int version = container.apiVersion();
            if (version != VfioType1.API_VERSION) {
                return unavailable(found + " speaks version " + version + " of its interface, not "
                        + VfioType1.API_VERSION + "; remedy: use backend iommufd");
            }
            if (!container.has(VfioType1.TYPE1_V2)) {
                return unavailable(found + " has no type1 IOMMU; remedy: modprobe vfio_iommu_type1");
            }
            return new Availability(true, kernel.type(), found + served(container));
        } catch (ErrnoException failure) {
            Cause cause = OpenCauses.ofContainer(failure);
            return unavailable(failure.errno() + ": " + cause.why() + "; remedy: " + cause.remedy());
        }
    }

    private Availability unavailable(String why) {
        return new Availability(false, kernel.type(), why);
    }

    private static String served(Container container) {
        return container.servedByIommufd()
                ? " can be opened; it is served by iommufd in VFIO compatibility mode, which takes no device's memory"
                : " can be opened";
    }

    @Override
    public List<HostDevice> devices() throws IommuException {
        try {
            return new HostDevices(kernel)
                    .all().stream()
                            .map(HostDevices.Found::device)
                            .filter(device -> device.group() >= 0)
                            .toList();
        } catch (IOException unreadable) {
            throw HostDevices.unreadable("list the host's devices", unreadable);
        }
    }

    @Override
    public BackendSession open(String name) throws IommuException {
        return VfioSession.open(kernel, name);
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
