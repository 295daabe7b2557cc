package org.pinion.lab;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.pinion.api.AddressSpace;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioType1;

/**
 * Listens to what a backend asks of the kernel, and lets allocations fail there: while it is open, the backend runs on
 * a kernel that passes all on.
 */
final class KernelTap implements AutoCloseable {

    /** The bundles of backends that are not Pinion's own. */
    private static final Map<String, String> OF_OTHERS = Map.of(VdpaTests.BACKEND, VdpaTests.BUNDLE);

    /** What begins the path of a device that is reset by whoever opens it. */
    private static final String VHOST_NODE = "/dev/vhost-";

    /** The kind of all requests to a vhost device, the second byte of their numbers. */
    private static final int VHOST_KIND = 0xaf;

    /** The requests that attach, detach, map or unmap. */
    private static final Map<Integer, String> HEARD = Map.ofEntries(
            Map.entry(Vfio.DEVICE_BIND_IOMMUFD, "BIND_IOMMUFD"),
            Map.entry(Vfio.DEVICE_ATTACH_IOMMUFD_PT, "ATTACH_IOMMUFD_PT"),
            Map.entry(Vfio.GROUP_SET_CONTAINER, "GROUP_SET_CONTAINER"),
            Map.entry(VfioType1.SET_IOMMU, "SET_IOMMU"),
            Map.entry(VfioType1.MAP_DMA, "MAP_DMA"),
            Map.entry(VfioType1.UNMAP_DMA, "UNMAP_DMA"),
            Map.entry(Iommufd.IOAS_MAP, "IOAS_MAP"),
            Map.entry(Iommufd.IOAS_MAP_FILE, "IOAS_MAP_FILE"),
            Map.entry(Iommufd.IOAS_COPY, "IOAS_COPY"),
            Map.entry(Iommufd.IOAS_UNMAP, "IOAS_UNMAP"),
            Map.entry(Vfio.DEVICE_DETACH_IOMMUFD_PT, "DETACH_IOMMUFD_PT"));

    /**
     * The requests in which allocations may fail. Opening and closing a device is not among them: the kernel's ACPI
     * code frees what it could not allocate, and dies of it (Linux 7.3, {@code acpi_rs_get_prt_method_data}).
     */
    private static final Set<Integer> FAILING = Set.of(
            Vfio.DEVICE_ATTACH_IOMMUFD_PT,
            Vfio.DEVICE_DETACH_IOMMUFD_PT,
            Vfio.GROUP_SET_CONTAINER,
            VfioType1.SET_IOMMU,
            VfioType1.MAP_DMA,
            VfioType1.UNMAP_DMA,
            Iommufd.IOAS_ALLOC,
            Iommufd.HWPT_ALLOC,
            Iommufd.IOAS_MAP,
            Iommufd.IOAS_MAP_FILE,
            Iommufd.IOAS_COPY,
            Iommufd.IOAS_UNMAP);

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final Lab lab;
    private final String backend;
    private final ServiceRegistration<Kernel> registration;
    private volatile FailingAllocations failing;

    private KernelTap(Lab lab, String backend, BundleContext context) {
        this.lab = lab;
        this.backend = backend;
        Kernel heard = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, this::pass);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Kernel.TYPE_PROPERTY, Kernel.NATIVE);
        properties.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
        this.registration = context.registerService(Kernel.class, heard, properties);
    }

    static KernelTap on(Lab lab, String backend) throws Exception {
        BundleContext context = FrameworkUtil.getBundle(KernelTap.class).getBundleContext();
        KernelTap tap = new KernelTap(lab, backend, context);
        UpdatedBundle.of(lab, OF_OTHERS.getOrDefault(backend, "org.pinion.backend." + backend)).restart();
        tap.awaitBackend();
        return tap;
    }

    /**
     * What attached, detached, mapped or unmapped since it was asked last, as {@code REQUEST: ANSWER}; of a vhost
     * device every request and message.
     */
    List<String> heard() {
        List<String> heard = new ArrayList<>();
        for (String answer = answers.poll(); answer != null; answer = answers.poll()) {
            heard.add(answer);
        }
        return heard;
    }

    /** Lets allocations fail in the requests that attach, map and unmap, and nowhere else. */
    void fail(FailingAllocations allocations) {
        failing = allocations;
    }

    private Object pass(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            Object answer = call(method, arguments);
            name(method.getName(), arguments)
                    .ifPresent(name -> answers.add(name + ": " + RawSpace.name(((Number) answer).longValue())));
            return answer;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private static Optional<String> name(String method, Object[] arguments) {
        return switch (method) {
            case "ioctl" -> request((int) arguments[1]);
            case "open" -> Optional.of(arguments[0].toString()).filter(path -> path.startsWith(VHOST_NODE));
            case "write" -> Optional.of("message");
            default -> Optional.empty();
        };
    }

    private static Optional<String> request(int number) {
        return (number >> Byte.SIZE & 0xff) == VHOST_KIND
                ? Optional.of("VHOST 0x%x".formatted(number))
                : Optional.ofNullable(HEARD.get(number));
    }

    private Object call(Method method, Object[] arguments) throws ReflectiveOperationException {
        FailingAllocations allocations = failing;
        if (allocations == null || !method.getName().equals("ioctl") || !FAILING.contains(arguments[1])) {
            return method.invoke(lab.kernel(), arguments);
        }
        allocations.begin();
        try {
            return method.invoke(lab.kernel(), arguments);
        } finally {
            allocations.end();
        }
    }

    private void awaitBackend() throws Exception {
        Expect.soon("backend " + backend + " does not come back", () -> {
            try (AddressSpace space = lab.open("tap", backend, "strict")) {
                return space.snapshot().devices().isEmpty();
            } catch (IommuException absent) {
                return false;
            }
        });
        answers.clear();
    }

    /** The backend goes back to the kernel that was there before. */
    @Override
    public void close() {
        registration.unregister();
    }
}
