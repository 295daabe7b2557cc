package org.pinion.lab;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.pinion.api.AddressSpace;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioType1;

/** Listens to what a backend asks of the kernel: while it is open, the backend runs on a kernel that passes all on. */
final class KernelTap implements AutoCloseable {

    /** The requests that attach or map. */
    private static final Map<Integer, String> HEARD = Map.of(
            Vfio.DEVICE_BIND_IOMMUFD, "BIND_IOMMUFD",
            Vfio.DEVICE_ATTACH_IOMMUFD_PT, "ATTACH_IOMMUFD_PT",
            Vfio.GROUP_SET_CONTAINER, "GROUP_SET_CONTAINER",
            VfioType1.SET_IOMMU, "SET_IOMMU",
            VfioType1.MAP_DMA, "MAP_DMA",
            Iommufd.IOAS_MAP, "IOAS_MAP",
            Iommufd.IOAS_MAP_FILE, "IOAS_MAP_FILE",
            Iommufd.IOAS_COPY, "IOAS_COPY");

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final Lab lab;
    private final String backend;
    private final ServiceRegistration<Kernel> registration;

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
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName().equals("org.pinion.backend." + backend)) {
                restart(bundle);
            }
        }
        tap.awaitBackend();
        return tap;
    }

    private static void restart(Bundle bundle) throws BundleException {
        bundle.stop(Bundle.STOP_TRANSIENT);
        bundle.start(Bundle.START_TRANSIENT);
    }

    /** What attached or mapped since it was asked last, as {@code REQUEST: ANSWER}. */
    List<String> heard() {
        List<String> heard = new ArrayList<>();
        for (String answer = answers.poll(); answer != null; answer = answers.poll()) {
            heard.add(answer);
        }
        return heard;
    }

    private Object pass(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            Object answer = method.invoke(lab.kernel(), arguments);
            if (method.getName().equals("ioctl") && HEARD.containsKey(arguments[1])) {
                answers.add(HEARD.get(arguments[1]) + ": " + RawSpace.name((int) answer));
            }
            return answer;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
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
