package org.pinion.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;

/** A shipped backend on the bench: its service, a device, memory, and what of it this process has open and pinned. */
final class Bench implements AutoCloseable {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<String> NODES =
            List.of("/dev/iommu", "/dev/vfio/", "/dev/vhost-vdpa-", "anon_inode:[vfio");

    private final Lab lab;
    private final IommuBackend backend;
    private final String device;
    private final long pinned;
    private final Deque<HostMemory> memories = new ArrayDeque<>();

    private Bench(Lab lab, IommuBackend backend, String device, long pinned) {
        this.lab = lab;
        this.backend = backend;
        this.device = device;
        this.pinned = pinned;
    }

    static Bench of(Lab lab, String backend, String device) throws IOException {
        return new Bench(lab, service(backend), device, lab.look().pinned());
    }

    private static IommuBackend service(String name) {
        BundleContext context = FrameworkUtil.getBundle(Bench.class).getBundleContext();
        try {
            ServiceReference<IommuBackend> found = context
                    .getServiceReferences(IommuBackend.class, "(" + BackendType.PROPERTY + "=" + name + ")").stream()
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no backend " + name));
            return context.getService(found);
        } catch (InvalidSyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    IommuBackend backend() {
        return backend;
    }

    String device() {
        return device;
    }

    /** New memory, a shared file, which is what every device reaches. */
    Mapping memory(AddressRange range) {
        try {
            HostMemory memory = lab.memory(range.size());
            memories.push(memory);
            return new Mapping(
                    range,
                    Access.READ_WRITE,
                    Route.USER,
                    new Backing.UserMemory(memory.segment().address()));
        } catch (IommuException refused) {
            throw new AssertionError(refused);
        }
    }

    /** What of devices and their address spaces is open, and what is pinned. */
    List<String> leftOver() throws IOException {
        List<String> left = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path descriptor : descriptors.toList()) {
                String file = target(descriptor);
                if (NODES.stream().anyMatch(file::startsWith)) {
                    left.add(descriptor.getFileName() + " is " + file);
                }
            }
        }
        long more = lab.look().pinned() - pinned;
        if (more != 0) {
            left.add(more + " bytes pinned");
        }
        return left;
    }

    /** One that is closed meanwhile, such as the listing's own, leads nowhere. */
    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    @Override
    public void close() throws IommuException {
        while (!memories.isEmpty()) {
            memories.pop().close();
        }
    }
}
