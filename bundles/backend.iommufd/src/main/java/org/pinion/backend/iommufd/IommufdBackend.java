package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.cause.Cause;
import org.pinion.device.host.HostDevices;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.IommuBackend;

/** The backend {@code iommufd}: each address space is an IOAS in an open {@code /dev/iommu} of its own. */
@Component(configurationPid = "org.pinion.backend.iommufd")
@Designate(ocd = IommufdConfiguration.class)
@BackendType("iommufd")
public final class IommufdBackend implements IommuBackend {

    private final Kernel kernel;
    private volatile SessionOptions options;

    /**
     * @param kernel the kernel that has the devices
     * @param configuration what new address spaces are told
     */
    @Activate
    public IommufdBackend(@Reference Kernel kernel, IommufdConfiguration configuration) {
        this(kernel, SessionOptions.of(configuration));
    }

    /**
     * A backend that leaves everything as the kernel has it.
     *
     * @param kernel the kernel that has the devices
     */
    public IommufdBackend(Kernel kernel) {
        this(kernel, SessionOptions.DEFAULT);
    }

    IommufdBackend(Kernel kernel, SessionOptions options) {
        this.kernel = kernel;
        this.options = options;
    }

    /** Open address spaces stay as they are: the kernel takes options only for those with nothing in them. */
    @Modified
    void configure(IommufdConfiguration configuration) {
        options = SessionOptions.of(configuration);
    }

    @Override
    public Availability probe() {
        try (IommuFd _ = IommuFd.open(kernel)) {
            String found = IommuFd.PATH + " of " + kernel.description() + " can be opened";
            return new Availability(true, kernel.type(), found);
        } catch (ErrnoException failure) {
            Cause cause = OpenCauses.ofIommu(failure);
            return new Availability(
                    false, kernel.type(), failure.errno() + ": " + cause.why() + "; remedy: " + cause.remedy());
        }
    }

    @Override
    public List<HostDevice> devices() throws IommuException {
        try {
            return new HostDevices(kernel).all().stream().map(HostDevices.Found::device).toList();
        } catch (IOException unreadable) {
            throw HostDevices.unreadable("list the host's devices", unreadable);
        }
    }

    @Override
    public BackendSession open(String name) throws IommuException {
        return IommufdSession.open(kernel, name, options);
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
