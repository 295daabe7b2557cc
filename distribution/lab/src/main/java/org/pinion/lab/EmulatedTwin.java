package org.pinion.lab;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.pinion.linux.Kernel;

/**
 * The emulated kernel, started beside the native one to be compared with it. The shipped bundle starts one only where
 * the framework has it in place of the native kernel, so its activator is given a context that says so.
 */
final class EmulatedTwin implements AutoCloseable {

    private static final String EMULATOR = "org.pinion.emulator";

    private final BundleActivator activator;
    private final BundleContext context;
    private final Path host;
    private Kernel kernel;

    private EmulatedTwin(Bundle emulator, Path host) throws ReflectiveOperationException {
        this.host = host;
        this.activator = (BundleActivator) emulator.loadClass(emulator.getHeaders().get(Constants.BUNDLE_ACTIVATOR))
                .getConstructor()
                .newInstance();
        this.context = (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, this::answer);
    }

    /** Starts one for a machine with an edu at the given place. */
    static EmulatedTwin of(Guest guest, String release, String device) throws Exception {
        Bundle emulator = Arrays.stream(FrameworkUtil.getBundle(EmulatedTwin.class).getBundleContext().getBundles())
                .filter(bundle -> EMULATOR.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        Path host = Files.createTempFile("lab", ".yaml");
        Files.writeString(host, description(guest, release, device));
        EmulatedTwin twin = new EmulatedTwin(emulator, host);
        twin.activator.start(twin.context);
        return twin;
    }

    private static String description(Guest guest, String release, String device) {
        return """
                interface: %s
                memlock: unlimited
                iommu: {driver: %s}
                devices:
                  - {address: %s, model: edu, group: 0}
                """.formatted(release.startsWith("6.") ? "6.12" : "7.3", guest.iommu(), device);
    }

    Kernel kernel() {
        return kernel;
    }

    private Object answer(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getProperty" -> Map.of("org.pinion.kernel", Kernel.EMULATED,
                    "org.pinion.emulator.host", host.toString()).get(arguments[0]);
            case "registerService" -> {
                kernel = (Kernel) arguments[1];
                yield null;
            }
            default -> throw new IllegalStateException("the emulator's activator calls " + method);
        };
    }

    @Override
    public void close() throws IOException {
        try {
            activator.stop(context);
        } catch (IOException | RuntimeException known) {
            throw known;
        } catch (Exception other) {
            throw new IOException("the emulator does not stop", other);
        }
        Files.delete(host);
    }
}
